"""The frozen encoder of Guess What Moves (``gwm_vit.npz``)."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from ..state_dict import convert_state_dict
from .comparison import Comparison, compare_sampled
from .dino import build_vit

# The original differs by 4e-6 between float32 and float64.
_ATOL = 1e-4


def find_patch_stride(
    patch_size: int, size: Sequence[int], grid: Sequence[int]
) -> int:
    """Distance of the patches that makes a grid out of an image.

    Args:
        patch_size: Side of the patches in pixels.
        size: Height and width of the image in pixels.
        grid: Rows and columns of the patches.

    Returns:
        Half a patch, as in the release, if it fits, otherwise the largest
        stride that does.

    Raises:
        ValueError: If none fits.
    """
    for stride in (patch_size // 2, *range(patch_size, 0, -1)):
        made = [1 + (side - patch_size) // max(1, stride) for side in size]
        if made == list(grid):
            return stride
    raise ValueError(
        f'no stride makes a grid of {tuple(grid)} out of an image of '
        f'{tuple(size)} and patches of {patch_size} pixels'
    )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the encoder on ``input``.

    Args:
        state: Weights of the original transformer.
        arrays: ``input`` (B, C, H, W) normalised, ``key<i>`` (B, C, h, w) the
            keys of block i and ``pos_embed`` (1, 1 + h * w, C), of either all
            channels or every n-th one.

    Yields:
        One comparison per array.
    """
    found = [re.fullmatch(r'key(\d+)', name) for name in arrays]
    indices = sorted(int(match.group(1)) for match in found if match)
    if not indices:
        return
    image = torch.from_numpy(np.asarray(arrays['input'], np.float32))
    kernel = convert_state_dict('dino', state)['patch_embed.proj.weight']
    size = tuple(image.shape[-2:])
    encoder = build_vit(
        state,
        patch_stride=find_patch_stride(
            kernel.shape[-1], size, arrays[f'key{indices[0]}'].shape[-2:]
        ),
        out_type='keys',
        out_indices=indices,
    )
    with torch.no_grad():
        maps = encoder(image)
        positions = encoder.positions(size)
    for index, keys in zip(indices, maps):
        name = f'key{index}'
        yield compare_sampled(name, keys, arrays[name], _ATOL)
    if 'pos_embed' in arrays:
        reference = arrays['pos_embed']
        yield compare_sampled('pos_embed', positions, reference, _ATOL, axis=2)
