"""Masks of one object and of the background."""

import torch
from torch import Tensor


def check_pair(masks: Tensor, who: str) -> None:
    """Refuse other than two masks.

    Args:
        masks: (K, h, w) masks.
        who: Name of the step that needs background and object.

    Raises:
        ValueError: If K is not 2.
    """
    if len(masks) != 2:
        raise ValueError(
            f'{who} needs the background and one object, got {len(masks)} '
            'masks: put a step that chooses the foreground before it'
        )


def pair(mask: Tensor) -> Tensor:
    """Put the background before the mask (h, w) of an object."""
    return torch.stack([1 - mask, mask])
