"""Transformer of shifted windows."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn.bricks import DropPath
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import (
    FeedForward,
    WindowAttention,
    join_windows,
    shifted_window_mask,
    split_windows,
)
from .staged_encoder import (
    FrozenStages,
    StagedEncoder,
    resolve_out_indices,
)


def _pad(x: Tensor, multiple: int) -> Tensor:
    """Append zeros to (B, H, W, C) until H and W are multiples."""
    bottom, right = -x.shape[1] % multiple, -x.shape[2] % multiple
    return F.pad(x, (0, 0, 0, right, 0, bottom))


class _SwinBlock(nn.Module):
    """Attention within windows, then the feed-forward layers."""

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        window_size: int,
        shift: int,
        hidden_dims: int,
        drop_path: float,
    ) -> None:
        super().__init__()
        self.window_size = window_size
        self.shift = shift
        self.norm1 = nn.LayerNorm(embed_dims)
        self.attn = WindowAttention(embed_dims, num_heads, window_size)
        self.norm2 = nn.LayerNorm(embed_dims)
        self.mlp = FeedForward(embed_dims, hidden_dims)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (B, H, W, C) to (B, H, W, C); the mask is for shifted blocks."""
        x = x + self.drop_path(self._attend(self.norm1(x), mask))
        return x + self.drop_path(self.mlp(self.norm2(x)))

    def _attend(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        # Padded cells take part in the attention, as in the original.
        x = _pad(x, self.window_size)
        shape = batch, x.shape[1], x.shape[2]
        shift = self.shift
        x = x.roll((-shift, -shift), dims=(1, 2)) if shift else x
        windows = split_windows(x, self.window_size)
        windows = self.attn(windows, mask if shift else None)
        x = join_windows(windows, shape)
        x = x.roll((shift, shift), dims=(1, 2)) if shift else x
        return x[:, :height, :width]


class _PatchMerging(nn.Module):
    """Join 2x2 cells into one of twice the channels."""

    def __init__(self, embed_dims: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * embed_dims)
        self.reduction = nn.Linear(4 * embed_dims, 2 * embed_dims, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, h, w, C) cells to half of the rows and columns, 2C channels."""
        x = _pad(x, 2)
        columns = [x[:, :, 0::2], x[:, :, 1::2]]
        cells = [part[:, i::2] for part in columns for i in (0, 1)]
        return self.reduction(self.norm(torch.cat(cells, dim=-1)))


class _SwinStage(nn.Module):
    """Blocks whose windows are shifted in every second one."""

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        window_size: int,
        hidden_dims: int,
        drop_paths: Sequence[float],
        downsample: bool,
    ) -> None:
        super().__init__()
        self.window_size = window_size
        self.shift = window_size // 2
        self.blocks = nn.ModuleList(
            _SwinBlock(
                embed_dims,
                num_heads,
                window_size,
                self.shift if i % 2 else 0,
                hidden_dims,
                drop_path,
            ) for i, drop_path in enumerate(drop_paths)
        )
        self.downsample = _PatchMerging(embed_dims) if downsample else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) to (B, H, W, C), without the downsampling."""
        height, width = (
            side + -side % self.window_size for side in x.shape[1:3]
        )
        mask = shifted_window_mask(
            height, width, self.window_size, self.shift, x.device
        ).to(x.dtype)
        for block in self.blocks:
            x = block(x, mask)
        return x


class _PatchEmbed(nn.Module):
    """One linear map of every patch, and a norm."""

    def __init__(
        self, in_channels: int, embed_dims: int, patch_size: int
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.proj = nn.Conv2d(in_channels, embed_dims, patch_size, patch_size)
        self.norm = nn.LayerNorm(embed_dims)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, h, w, C), zeros appended to the image."""
        x = _pad(x.permute(0, 2, 3, 1), self.patch_size).permute(0, 3, 1, 2)
        return self.norm(self.proj(x).permute(0, 2, 3, 1))


@MODELS.register_module()
class SwinEncoder(StagedEncoder):
    """Transformer of shifted windows, with a norm of each stage's output.

    The defaults are Swin-T; ``depths=(2, 2, 18, 2)`` is Swin-S, with
    ``embed_dims=128, num_heads=(4, 8, 16, 32)`` Swin-B.

    Source: Liu et al., "Swin Transformer", ICCV 2021, in the form that is
    used for dense prediction: images of any size, padded with zeros where
    windows need it.

    Args:
        embed_dims: Channels of the first stage; each stage doubles them.
        depths: Blocks of each stage.
        num_heads: Heads of the attention of each stage.
        window_size: Side of the windows in cells.
        patch_size: Side of the patches in pixels.
        mlp_ratio: Channels of the feed-forward layers over those of a token.
        out_indices: Stages to return, ascending from 0, negative ones from
            the end; all by default.
        in_channels: Channels of the input.
        drop_path_rate: Probability in the last block that a sample skips a
            layer in training; it grows from 0 in the first one.
        frozen_stages: See ``StagedEncoder``. The stem is the embedding; the
            norm of a stage belongs to it.
        init_cfg: Initialisation as in mmengine; ``type='Pretrained'`` reads
            released weights. By default a truncated normal of 0.02.

    Attributes:
        out_channels: Channels of the returned maps, finest first.

    Raises:
        ValueError: If an argument is out of range.
    """

    sources = ('swin', 'moby')

    def __init__(
        self,
        embed_dims: int = 96,
        depths: Sequence[int] = (2, 2, 6, 2),
        num_heads: Sequence[int] = (3, 6, 12, 24),
        window_size: int = 7,
        patch_size: int = 4,
        mlp_ratio: float = 4,
        out_indices: Sequence[int] | None = None,
        in_channels: int = 3,
        drop_path_rate: float = 0.0,
        frozen_stages: FrozenStages = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(frozen_stages, init_cfg)
        if len(depths) != len(num_heads):
            raise ValueError(
                'depths and num_heads must have one value per stage, got '
                f'{tuple(depths)} and {tuple(num_heads)}'
            )
        num_stages = len(depths)
        if out_indices is None:
            out_indices = range(num_stages)
        self.out_indices = resolve_out_indices(out_indices, num_stages)
        widths = [embed_dims * 2**i for i in range(num_stages)]
        self.out_channels = tuple(widths[i] for i in self.out_indices)
        self.patch_embed = _PatchEmbed(in_channels, embed_dims, patch_size)
        last_block = max(1, sum(depths) - 1)
        self.layers = nn.ModuleList()
        for i, (width, heads) in enumerate(zip(widths, num_heads)):
            start = sum(depths[:i])
            self.layers.append(
                _SwinStage(
                    width,
                    heads,
                    window_size,
                    int(width * mlp_ratio),
                    [
                        drop_path_rate * block / last_block
                        for block in range(start, start + depths[i])
                    ],
                    downsample=i < num_stages - 1,
                )
            )
            self.add_module(f'norm{i}', nn.LayerNorm(width))
        self._reset_parameters()
        stages = [[f'layers.{i}', f'norm{i}'] for i in range(num_stages)]
        self.freeze_stages([['patch_embed'], *stages], self._unread_names())

    def _reset_parameters(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def _unread_names(self) -> list[str]:
        count, last = len(self.layers), self.out_indices[-1]
        names = [f'norm{i}' for i in range(count) if i not in self.out_indices]
        names += [f'layers.{i}' for i in range(last + 1, count)]
        if last < count - 1:
            names.append(f'layers.{last}.downsample')
        return names

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            x: (B, C, H, W) normalised image.

        Returns:
            One map (B, ``out_channels[i]``, h, w) per chosen stage, finest
            first; h and w are H and W over ``patch_size`` and over 2 at each
            further stage, rounded up.
        """
        x = self.patch_embed(x)
        maps = []
        for i, stage in enumerate(self.layers[:self.out_indices[-1] + 1]):
            x = stage(x)
            if i in self.out_indices:
                norm = self.get_submodule(f'norm{i}')
                maps.append(norm(x).permute(0, 3, 1, 2).contiguous())
            if i < self.out_indices[-1]:
                assert isinstance(stage, _SwinStage) and stage.downsample
                x = stage.downsample(x)
        return tuple(maps)
