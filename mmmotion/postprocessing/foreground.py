"""Grouping of soft regions into background and foreground."""

from collections.abc import Sequence

import torch
from torch import Tensor


def compose_foreground(masks: Tensor, weight: Tensor) -> Tensor:
    """Divide regions between background and foreground.

    Args:
        masks: (K, h, w) soft masks.
        weight: (K,) share of each region that goes to the foreground, in
            [0, 1] or bool.

    Returns:
        (2, h, w) background and foreground.
    """
    weight = weight.to(masks.dtype)[:, None, None]
    return torch.stack([((1 - weight) * masks).sum(dim=0),
                        (weight * masks).sum(dim=0)])


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
