"""Distances of two images, averaged over what both show."""

from collections.abc import Callable

import torch
from torch import Tensor


def visible_mean(
    distance: Callable[[Tensor, Tensor], Tensor],
    image: Tensor,
    other: Tensor,
    visible: Tensor | None = None,
) -> Tensor:
    """Blacken in both images what is hidden, compare, and make up for it.

    The mean over all entries is divided by the visible share of all pixels
    of the batch.

    Source: Liu et al., "Learning by Analogy" (ARFlow), CVPR 2020, release.

    Args:
        distance: Makes (B, D, h', w') distances from two (B, C, h, w) images;
            0 where both are black.
        image: (B, C, h, w) image.
        other: (B, C, h, w) image on the same grid.
        visible: (B, 1, h, w) 1 where both show the same, 0 elsewhere;
            everywhere by default.

    Returns:
        A scalar, 0 if nothing is visible.

    Raises:
        ValueError: If the shapes disagree.
    """
    if image.shape != other.shape:
        raise ValueError(
            'two images to compare must have one shape, got '
            f'{tuple(image.shape)} and {tuple(other.shape)}'
        )
    if visible is None:
        return distance(image, other).mean()
    expected = (len(image), 1, *image.shape[-2:])
    if visible.shape != expected:
        raise ValueError(
            f'expected visible of shape {expected}, got '
            f'{tuple(visible.shape)}'
        )
    share = visible.mean().clamp(min=torch.finfo(visible.dtype).eps)
    return distance(image * visible, other * visible).mean() / share
