"""Vision transformer whose tokens, keys and attention can be read."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import TransformerBlock, attention_weights
from .staged_encoder import (
    FrozenStages,
    StagedEncoder,
    resolve_out_indices,
)

_OUT_TYPES = ('tokens', 'keys', 'attention')


def resize_position_table(table: Tensor, grid: tuple[int, int]) -> Tensor:
    """Interpolate position embeddings to another grid, as DINO does.

    The scale is (h + 0.1) / side, not h / side, which moves the sampling
    points: cell i lies at (i + 0.5) * side / (h + 0.1) - 0.5.

    Args:
        table: (1, 1 + side**2, C) embeddings of the class and of a square
            grid.
        grid: Rows h and columns w of the new grid.

    Returns:
        (1, 1 + h * w, C) embeddings.
    """
    side = round((table.shape[1] - 1)**0.5)
    positions = table[:, 1:].unflatten(1, (side, side)).permute(0, 3, 1, 2)
    resized = F.interpolate(
        positions,
        scale_factor=((grid[0] + 0.1) / side, (grid[1] + 0.1) / side),
        mode='bicubic',
        align_corners=False,
    )
    return torch.cat([table[:, :1], resized.flatten(2).mT], dim=1)


class _PatchEmbed(nn.Module):
    """One linear map of every patch."""

    def __init__(
        self, in_channels: int, embed_dims: int, size: int, stride: int
    ) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_channels, embed_dims, size, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) image to (B, ``embed_dims``, h, w) patches."""
        return self.proj(x)


@MODELS.register_module()
class ViTEncoder(StagedEncoder):
    """Vision transformer with a class token, as DINO trains it.

    The defaults are ViT-S/8 with 21,670,272 parameters; ``embed_dims=768,
    num_heads=12`` make ViT-B, ``patch_size=16`` the ViT of coarser patches.

    Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021;
    Caron et al., "Emerging Properties in Self-Supervised Vision
    Transformers", ICCV 2021. Keys of overlapping patches as features: Amir et
    al., "Deep ViT Features as Dense Visual Descriptors", 2021.

    Args:
        patch_size: Side of the patches in pixels.
        patch_stride: Distance of the patches in pixels, ``patch_size`` by
            default. Smaller ones make finer maps of the same weights.
        embed_dims: Channels of a token.
        depth: Number of blocks.
        num_heads: Heads of the attention.
        mlp_ratio: Channels of the feed-forward layers over ``embed_dims``.
        img_size: Side of the images that the position table is made for, in
            pixels; other sizes resize the table.
        out_type: What :meth:`forward` returns of a block: its ``'tokens'``
            after the final norm, the ``'keys'`` of its attention, or the
            ``'attention'`` of the class token to the patches.
        out_indices: Blocks to return, ascending from 0, negative ones from
            the end.
        in_channels: Channels of the input.
        drop_path_rate: Probability in the last block that a sample skips a
            layer in training; it grows from 0 in the first one.
        frozen_stages: See ``StagedEncoder``. The stem is the embedding, each
            block is a stage, and the final norm belongs to the last one.
        init_cfg: Initialisation as in mmengine; ``type='Pretrained'`` reads
            released weights. By default a truncated normal of 0.02.

    Attributes:
        out_channels: Channels of the returned maps.

    Raises:
        ValueError: If an argument is out of range.
    """

    sources = ('dino', )

    def __init__(
        self,
        patch_size: int = 8,
        patch_stride: int | None = None,
        embed_dims: int = 384,
        depth: int = 12,
        num_heads: int = 6,
        mlp_ratio: float = 4,
        img_size: int = 224,
        out_type: str = 'tokens',
        out_indices: Sequence[int] = (-1, ),
        in_channels: int = 3,
        drop_path_rate: float = 0.0,
        frozen_stages: FrozenStages = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(frozen_stages, init_cfg)
        if out_type not in _OUT_TYPES:
            raise ValueError(
                f"out_type must be 'tokens', 'keys' or 'attention', got "
                f'{out_type!r}'
            )
        if img_size < patch_size:
            raise ValueError(
                f'img_size must be at least patch_size={patch_size}, got '
                f'{img_size}'
            )
        if patch_stride is not None and patch_stride < 1:
            raise ValueError(
                f'patch_stride must be at least 1, got {patch_stride}'
            )
        self.patch_size = patch_size
        self.patch_stride = patch_stride or patch_size
        self.out_type = out_type
        self.out_indices = resolve_out_indices(out_indices, depth)
        width = num_heads if out_type == 'attention' else embed_dims
        self.out_channels = (width, ) * len(self.out_indices)
        self.table_side = img_size // patch_size
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.pos_embed = nn.Parameter(
            torch.zeros(1, 1 + self.table_side**2, embed_dims)
        )
        self.patch_embed = _PatchEmbed(
            in_channels, embed_dims, patch_size, self.patch_stride
        )
        rates = [drop_path_rate * i / max(1, depth - 1) for i in range(depth)]
        self.blocks = nn.ModuleList(
            TransformerBlock(
                embed_dims, num_heads, int(embed_dims * mlp_ratio), rate
            ) for rate in rates
        )
        self.norm = nn.LayerNorm(embed_dims, eps=1e-6)
        self._reset_parameters()
        stem = ['patch_embed', 'cls_token', 'pos_embed']
        stages = [[f'blocks.{i}'] for i in range(depth)]
        self.freeze_stages([stem, *stages], self._unread_names())

    def _reset_parameters(self) -> None:
        for table in (self.cls_token, self.pos_embed):
            nn.init.trunc_normal_(table, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def _unread_names(self) -> list[str]:
        last = self.out_indices[-1]
        names = [f'blocks.{i}' for i in range(last + 1, len(self.blocks))]
        if self.out_type != 'tokens':
            parts = ('attn.proj', 'norm2', 'mlp')
            names += [f'blocks.{last}.{part}' for part in parts]
            names.append('norm')
        return names

    def grid_size(self, size: Sequence[int]) -> tuple[int, int]:
        """Rows and columns of the patches of an image.

        Args:
            size: Height and width of the image in pixels.

        Raises:
            ValueError: If the image is smaller than a patch.
        """
        height, width = size
        if min(height, width) < self.patch_size:
            raise ValueError(
                f'patches of {self.patch_size} pixels need an image of at '
                f'least that size, got {height}x{width}'
            )
        rows = 1 + (height - self.patch_size) // self.patch_stride
        columns = 1 + (width - self.patch_size) // self.patch_stride
        return rows, columns

    def positions(self, size: Sequence[int]) -> Tensor:
        """Position embeddings of an image.

        Args:
            size: Height and width of the image in pixels.

        Returns:
            (1, 1 + h * w, C), the class first.
        """
        grid = self.grid_size(size)
        # The original compares the image as well: 28x28 patches of an image
        # that is not square are interpolated.
        if grid == (self.table_side, ) * 2 and size[0] == size[1]:
            return self.pos_embed
        return resize_position_table(self.pos_embed, grid)

    def embed(self, image: Tensor) -> Tensor:
        """Turn patches into tokens.

        Args:
            image: (B, 3, H, W) normalised image.

        Returns:
            (B, 1 + h * w, C) input of the first block, the class first.
        """
        positions = self.positions(image.shape[-2:])
        patches = self.patch_embed(image).flatten(2).mT
        classes = self.cls_token.expand(len(patches), -1, -1)
        return torch.cat([classes, patches], dim=1) + positions

    def advance(
        self, x: Tensor, start: int = 0, stop: int | None = None
    ) -> Tensor:
        """Run some of the blocks.

        Args:
            x: (B, N, C) tokens.
            start: The first block.
            stop: The first one that is not run; None runs all that remain.

        Returns:
            (B, N, C) tokens, before the final norm.
        """
        for block in self.blocks[start:stop]:
            x = block(x)
        return x

    def tokens(self, image: Tensor) -> list[Tensor]:
        """Outputs (B, 1 + h * w, C) of the chosen blocks, after the norm."""
        x = self.embed(image)
        found = []
        for i, block in enumerate(self.blocks[:self.out_indices[-1] + 1]):
            x = block(x)
            if i in self.out_indices:
                found.append(self.norm(x))
        return found

    def projections(self,
                    image: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Queries, keys and values of the chosen blocks.

        Args:
            image: (B, 3, H, W) normalised image.

        Returns:
            Three tensors (B, heads, 1 + h * w, C / heads) per block, the
            class first.
        """
        x = self.embed(image)
        found = []
        for i, block in enumerate(self.blocks[:self.out_indices[-1] + 1]):
            assert isinstance(block, TransformerBlock)
            projections = block.project(x)
            if i in self.out_indices:
                found.append(projections)
            if i < self.out_indices[-1]:
                x = block.update(x, projections)
        return found

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            x: (B, 3, H, W) normalised image; pixels that do not fill a patch
                are left out.

        Returns:
            One map (B, C, h, w) per chosen block, in their order. In a map of
            keys the head runs fastest: channel ``d * heads + head``. In a map
            of attention a channel is a head.

        Raises:
            ValueError: If the image is smaller than a patch.
        """
        grid = self.grid_size(x.shape[-2:])
        if self.out_type == 'tokens':
            maps = [tokens[:, 1:].mT for tokens in self.tokens(x)]
        elif self.out_type == 'keys':
            keys = [keys[:, :, 1:] for _, keys, _ in self.projections(x)]
            maps = [k.permute(0, 3, 1, 2).flatten(1, 2) for k in keys]
        else:
            maps = [
                attention_weights(queries[:, :, :1], keys)[:, :, 0, 1:]
                for queries, keys, _ in self.projections(x)
            ]
        return tuple(flat.unflatten(-1, grid) for flat in maps)
