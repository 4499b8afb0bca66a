"""DINO's vision transformers (``dino_vits8.npz``)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmmotion.models.encoders import ViTEncoder
from mmmotion.models.layers import attention_weights
from mmmotion.registry import MODELS

from ..state_dict import convert_state_dict
from .comparison import Comparison

# The original differs from itself by nothing, from its float64 by 4e-6.
_ATOL = 2e-4
_HALF_ATOL = 5e-3  # keys of all blocks are stored as float16
_HEAD_DIMS = 64  # in every released transformer
_PATCH_SIZE = 8


def vit_config(
    weights: Mapping[str, Tensor],
    num_heads: int | None = None,
    **settings: Any,
) -> dict:
    """The encoder at the sizes of its weights.

    Args:
        weights: Weights of ``ViTEncoder``.
        num_heads: Heads of the attention, which no weight tells; by default
            those of 64 channels.
        settings: Further arguments of ``ViTEncoder``.
    """
    kernel = weights['patch_embed.proj.weight']
    embed_dims, in_channels, patch_size, _ = kernel.shape
    table_side = round((weights['pos_embed'].shape[1] - 1)**0.5)
    return dict(
        type='mmmotion.ViTEncoder',
        patch_size=patch_size,
        embed_dims=embed_dims,
        depth=sum(name.endswith('.norm1.weight') for name in weights),
        num_heads=num_heads or max(1, embed_dims // _HEAD_DIMS),
        mlp_ratio=len(weights['blocks.0.mlp.fc1.weight']) / embed_dims,
        img_size=table_side * patch_size,
        in_channels=in_channels,
        **settings,
    )


def build_vit(
    state: Mapping[str, Tensor],
    num_heads: int | None = None,
    **settings: Any,
) -> ViTEncoder:
    """Make an encoder of the original's weights.

    Args:
        state: Weights of the original transformer.
        num_heads: See :func:`vit_config`.
        settings: Further arguments of ``ViTEncoder``.

    Returns:
        The encoder with these weights, in evaluation mode.
    """
    weights = convert_state_dict('dino', state)
    encoder = MODELS.build(vit_config(weights, num_heads, **settings))
    encoder.load_state_dict(weights, strict=True)
    return encoder.eval()


def _merge_heads(projection: Tensor) -> Tensor:
    """(B, heads, N, d) to (B, N, heads * d), the channel of a head fastest."""
    return projection.transpose(1, 2).flatten(2)


def _compute(encoder: ViTEncoder, image: Tensor,
             num_last: int) -> dict[str, Tensor]:
    """Every array that belongs to ``image``, with a batch axis."""
    tokens = encoder.tokens(image)
    projections = encoder.projections(image)
    keys = [_merge_heads(keys) for _, keys, _ in projections]
    last = torch.cat([_merge_heads(part) for part in projections[-1]], dim=-1)
    return {
        'tokens_in': encoder.embed(image),
        f'intermediate_last{num_last}': torch.stack(tokens[-num_last:]),
        'cls': tokens[-1][:, 0],
        'last_selfattention': attention_weights(*projections[-1][:2]),
        'qkv_last': last,
        'keys_last': keys[-1],
        'keys_all_f16': torch.stack(keys),
    }


def _compare_network(
    state: Mapping[str, Tensor], arrays: Mapping[str, np.ndarray]
) -> Iterator[Comparison]:
    num_heads = None
    if 'last_selfattention' in arrays:
        num_heads = arrays['last_selfattention'].shape[-3]
    encoder = build_vit(state, num_heads)
    encoder.out_indices = tuple(range(len(encoder.blocks)))
    found = [re.fullmatch(r'intermediate_last(\d+)', name) for name in arrays]
    num_last = max((int(match.group(1)) for match in found if match),
                   default=1)
    image = torch.from_numpy(np.asarray(arrays['image'], np.float32))
    with torch.no_grad():
        computed = _compute(encoder, image, num_last)
    for name, value in computed.items():
        if name in arrays:
            reference = arrays[name]
            if reference.ndim == value.ndim - 1 and len(image) == 1:
                stacked = name.startswith(('intermediate', 'keys_all'))
                value = value.squeeze(1 if stacked else 0)
            atol = _HALF_ATOL if name.endswith('f16') else _ATOL
            yield Comparison(name, value.numpy(), reference, atol)


def _compare_positions(
    patch_size: int, arrays: Mapping[str, np.ndarray]
) -> Iterator[Comparison]:
    """The table ``pos_grid`` at the sizes of images that names tell."""
    table = torch.from_numpy(np.asarray(arrays['pos_grid'], np.float32))[None]
    encoder = ViTEncoder(
        patch_size,
        embed_dims=table.shape[-1],
        depth=1,
        num_heads=1,
        img_size=round((table.shape[1] - 1)**0.5) * patch_size,
    )
    encoder.pos_embed.data = table
    for name in arrays:
        match = re.fullmatch(r'pos_(\d+)x(\d+)', name)
        if match:
            size = int(match.group(1)), int(match.group(2))
            positions = encoder.positions(size)[0].detach()
            yield Comparison(name, positions.numpy(), arrays[name], _ATOL)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the transformer on ``image`` and resize ``pos_grid``.

    Args:
        state: Weights of the original transformer.
        arrays: ``image`` (1, C, H, W) normalised, with ``tokens_in`` (N, C),
            ``intermediate_last4`` (4, N, C), ``cls`` (C), ``keys_last``
            (N, C), ``qkv_last`` (N, 3 C), ``keys_all_f16`` (depth, N, C) and
            ``last_selfattention`` (heads, N, N); ``pos_grid`` (M, C) with
            ``pos_<H>x<W>`` for images of these sizes.

    Yields:
        One comparison per array.
    """
    patch_size = _PATCH_SIZE
    if state:
        kernel = convert_state_dict('dino', state)['patch_embed.proj.weight']
        patch_size = kernel.shape[-1]
    if 'image' in arrays:
        yield from _compare_network(state, arrays)
    if 'pos_grid' in arrays:
        yield from _compare_positions(patch_size, arrays)
