"""Where an image looks like a mask, by the cosine of dense features.

Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation with
Motion-Appearance Synergy", arXiv 2212.08816, Eq. 10, 11 and 13.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def semantic_similarity(features: Tensor, masks: Tensor) -> Tensor:
    """Compare every position with the mean feature of masks.

    Args:
        features: (C, h, w) features.
        masks: (K, h, w) soft masks in [0, 1] on the same grid.

    Returns:
        (K, h, w) cosines; 0 for a mask without mass.
    """
    flat = features.flatten(1)
    # The cosine does not ask for the length, so the sum serves as the mean.
    sums = masks.to(flat.dtype).flatten(1) @ flat.T
    cosine = F.normalize(sums, dim=1) @ F.normalize(flat, dim=0)
    return cosine.view(masks.shape)


def semantic_overlap(
    features: Tensor,
    masks: Tensor,
    threshold: float = 0.5,
    max_extent: tuple[float, float] = (0.9, 0.8),
) -> Tensor:
    """Measure how well masks agree with what looks like them.

    Args:
        features: (C, h, w) features.
        masks: (K, h, w) soft masks in [0, 1] on the same grid, binarised
            above 0.5 for the comparison.
        threshold: Cosine above which a position looks like the mask. The
            value of the paper is not known.
        max_extent: Share of the height and of the width above which the
            bounding box of these positions is too large for an object.

    Returns:
        (K,) float64 intersections over unions; 0 where the box is too large
        or there is nothing to compare.
    """
    response = semantic_similarity(features, masks) > threshold
    hard = masks > 0.5
    both = (response & hard).sum(dim=(-2, -1)).double()
    either = (response | hard).sum(dim=(-2, -1)).double()
    score = both / either.clamp(min=1)
    score[exceeds_extent(response, max_extent)] = 0
    return score


def exceeds_extent(
    masks: Tensor, max_extent: tuple[float, float] = (0.9, 0.8)
) -> Tensor:
    """Tell which bounding boxes are too large for an object.

    Args:
        masks: (K, h, w) bool masks.
        max_extent: Largest share of the height and of the width.

    Returns:
        (K,) bool; False for an empty mask.
    """
    height = _extent(masks.any(dim=-1)) > max_extent[0] * masks.shape[-2]
    width = _extent(masks.any(dim=-2)) > max_extent[1] * masks.shape[-1]
    return height | width


def _extent(occupied: Tensor) -> Tensor:
    """(K,) distance from the first to the last of (K, n), both included."""
    position = torch.arange(occupied.shape[1], device=occupied.device)
    last = torch.where(occupied, position, -1).amax(dim=1)
    first = torch.where(occupied, position, len(position)).amin(dim=1)
    return (last - first + 1).clamp(min=0)
