"""Grouping of soft regions into background and foreground."""

from collections.abc import Sequence

import torch
from torch import Tensor


def compose_foreground(masks: Tensor, is_object: Tensor) -> Tensor:
    """Add up the regions of the background and those of the object.

    Args:
        masks: (K, h, w) soft masks.
        is_object: (K,) bool, which regions belong to the object.

    Returns:
        (2, h, w) background and foreground.
    """
    foreground = masks[is_object].sum(dim=0)
    background = masks[~is_object].sum(dim=0)
    return torch.stack([background, foreground])


def average_scores(
    scores: Sequence[Tensor], weights: Sequence[Tensor]
) -> Tensor:
    """Average the regions' scores over the frames of a video.

    Args:
        scores: (K,) scores per frame.
        weights: (K,) non-negative weights per frame.

    Returns:
        (K,) weighted means; 0 for a region that never has weight.
    """
    weight = torch.stack(list(weights))
    total = (torch.stack(list(scores)) * weight).sum(dim=0)
    return total / weight.sum(dim=0).clamp(min=torch.finfo(total.dtype).tiny)
