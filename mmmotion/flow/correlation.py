"""Similarity of each pixel to the neighbourhood of its counterpart."""

import torch
from torch import Tensor
from torch.nn.functional import pad


def correlate(first: Tensor, second: Tensor, radius: int = 4) -> Tensor:
    """Compare features with those around the same place in another frame.

    Channel (dy + r)(2r + 1) + (dx + r) at (y, x) is the mean over the feature
    channels of ``first[y, x] * second[y + dy, x + dx]``, and 0 where that
    lies outside. Source: Sun et al., "PWC-Net", CVPR 2018, Eq. 1.

    Args:
        first: (B, C, h, w) features.
        second: (B, C, h, w) features of the other frame.
        radius: Largest displacement r in pixels along each axis.

    Returns:
        (B, (2r + 1)^2, h, w) similarities.

    Raises:
        ValueError: If the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(
            'expected features of the same shape, got '
            f'{tuple(first.shape)} and {tuple(second.shape)}'
        )
    height, width = first.shape[-2:]
    padded = pad(second, (radius, ) * 4)
    # On a CPU several times faster than unfold, einsum or matmul, see
    # tools/analysis_tools/benchmark_correlation.py.
    costs = [(first * padded[..., dy:dy + height, dx:dx + width]).mean(dim=1)
             for dy in range(2 * radius + 1) for dx in range(2 * radius + 1)]
    return torch.stack(costs, dim=1)
