"""Padding before a network, and maps of another size after it."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

_LARGEST_CROP = 1.1


def pad_to_multiple(images: Tensor, divisor: int) -> Tensor:
    """Append zeros on the right and at the bottom.

    Args:
        images: (B, C, H, W).
        divisor: Number of which both sides become multiples.
    """
    rows, columns = (-side % divisor for side in images.shape[-2:])
    if not rows and not columns:
        return images
    return F.pad(images, (0, columns, 0, rows))


def resize_maps(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Resize maps (B, K, h, w) bilinearly with half-pixel centres."""
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return F.interpolate(
        maps, size=tuple(size), mode='bilinear', align_corners=False
    )


def fit_size(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Bring maps to a size, by cutting a small margin or by resizing.

    Maps that are at least as large, but on both sides less than a tenth
    larger, are taken for the image with a margin, of which the centre is cut
    out; others are resized bilinearly with half-pixel centres.

    Args:
        maps: (B, K, h, w).
        size: (H, W) of the result.
    """
    sides = list(zip(maps.shape[-2:], size))
    if all(new <= old < _LARGEST_CROP * new for old, new in sides):
        top, left = (round((old - new) / 2) for old, new in sides)
        return maps[..., top:top + size[0], left:left + size[1]]
    return resize_maps(maps, size)
