"""Penalty on a group that is spread over the image."""

import torch
from torch import Tensor, nn

from mmmotion.registry import MODELS


def mask_spread(masks: Tensor) -> Tensor:
    """Sum up how far the mass of every mask lies from its centre.

    Args:
        masks: (B, K, h, w) soft masks in [0, 1].

    Returns:
        (B, K) mean over all pixels of the mask times the squared distance
        from its centre of mass, in widths along x and heights along y.
    """
    height, width = masks.shape[-2:]
    mass = masks.sum(dim=(-2, -1)).clamp(min=torch.finfo(masks.dtype).tiny)
    spread = torch.zeros_like(mass)
    for axis, size in ((-2, width), (-1, height)):
        profile = masks.sum(dim=axis)
        position = torch.arange(size).to(masks) / size
        centre = (profile * position).sum(dim=-1) / mass
        distance = position - centre[..., None]
        spread = spread + (profile * distance.square()).sum(dim=-1)
    return spread / (height * width)


@MODELS.register_module()
class CompactnessLoss(nn.Module):
    """Keep one group in one place.

    Source: the released code of Lian et al., "Bootstrapping Objectness from
    Videos by Relaxed Common Fate and Visual Grouping", CVPR 2023, which uses
    it on SegTrackv2.

    Args:
        channel: Index of the group.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If ``channel`` is negative.
    """

    def __init__(self, channel: int = 0, loss_weight: float = 1.0) -> None:
        super().__init__()
        if channel < 0:
            raise ValueError(f'channel must not be negative, got {channel}')
        self.channel = channel
        self.loss_weight = loss_weight

    def forward(self, masks: Tensor) -> Tensor:
        """Average the spread of the group over samples.

        Args:
            masks: (B, K, h, w) soft masks in [0, 1].

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If there is no such group.
        """
        if self.channel >= masks.shape[1]:
            raise ValueError(
                f'CompactnessLoss takes channel {self.channel}, but there are '
                f'{masks.shape[1]} groups, counted from 0'
            )
        chosen = masks[:, self.channel:self.channel + 1]
        return self.loss_weight * mask_spread(chosen).mean()
