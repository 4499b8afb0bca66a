"""Dilation and erosion by nine samples."""

import torch.nn.functional as F
from torch import Tensor


def dilate_sparsely(masks: Tensor, radius: int) -> Tensor:
    """Take the maximum of nine samples around every pixel.

    The samples lie at the distance 0 or ``radius`` in each direction; those
    outside the image do not count. Beyond a radius of 1 this is less than the
    maximum over the whole square.

    Args:
        masks: (..., H, W) in [0, 1], floating point.
        radius: Distance of the samples in pixels.

    Returns:
        (..., H, W).
    """
    images = masks.reshape(-1, 1, *masks.shape[-2:])
    largest = F.max_pool2d(
        F.pad(images, [radius] * 4),
        kernel_size=3,
        stride=1,
        dilation=radius,
    )
    return largest.view_as(masks)


def erode_sparsely(masks: Tensor, radius: int) -> Tensor:
    """Take the minimum of the same samples.

    Args:
        masks: (..., H, W) in [0, 1], floating point.
        radius: Distance of the samples in pixels.

    Returns:
        (..., H, W).
    """
    return 1 - dilate_sparsely(1 - masks, radius)
