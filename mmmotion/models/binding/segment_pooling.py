"""Features averaged over soft regions."""

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmmotion.registry import MODELS


@MODELS.register_module()
class SegmentPooling(BaseModule):
    """Bind pixels to regions by the mean feature of each region.

    Source: Liu, Wu, Yu, Lin, "The Emergence of Objectness: Learning
    Zero-Shot Segmentation from Videos", NeurIPS 2021.

    Args:
        eps: Added to the mass of every region, in pixels, so that a region
            without any has the mean 0; 0 is the plain mean, which is then
            not a number.
        init_cfg: Initialisation as in mmengine.

    Raises:
        ValueError: If ``eps`` is negative.
    """

    def __init__(
        self,
        eps: float = 1e-12,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if eps < 0:
            raise ValueError(f'eps must not be negative, got {eps}')
        self.eps = eps

    def forward(self, features: Tensor, masks: Tensor) -> Tensor:
        """Average the features.

        Args:
            features: (B, C, h, w).
            masks: (B, K, h, w) soft masks in [0, 1].

        Returns:
            (B, K, C) mean feature of every region, in float32 at least.

        Raises:
            ValueError: If the sizes differ.
        """
        if features.shape[-2:] != masks.shape[-2:]:
            raise ValueError(
                'features and masks must have one size, got '
                f'{tuple(features.shape[-2:])} and {tuple(masks.shape[-2:])}'
            )
        dtype = torch.promote_types(features.dtype, torch.float32)
        masks = masks.flatten(2).to(dtype)
        # A sum over all pixels is soon too large for half precision.
        with torch.autocast(features.device.type, enabled=False):
            sums = masks @ features.flatten(2).mT.to(dtype)
        return sums / (masks.sum(dim=-1, keepdim=True) + self.eps)
