"""Binary cross entropy along the boundaries of masks."""

import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import dilate_sparsely, erode_sparsely

_EPS = 1e-12


def boundary_strip(masks: Tensor, radius: int = 3) -> Tensor:
    """Mark the pixels near the boundary of masks.

    Pixels whose 9 samples at distance 0 or ``radius`` in each direction
    differ; samples outside the image do not count. This is less than all
    pixels within that distance of the boundary.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022.

    Args:
        masks: (..., H, W) masks of zeros and ones, floating point.
        radius: Distance of the samples in pixels.

    Returns:
        (..., H, W) zeros and ones.
    """
    return dilate_sparsely(masks, radius) - erode_sparsely(masks, radius)


@MODELS.register_module()
class MaskBoundaryLoss(nn.Module):
    """Learn the boundaries of known masks.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022. As in
    its release, the mean is one over the strips of all masks, so that large
    masks count more, and empty ones do not.

    Args:
        radius: See :func:`boundary_strip`.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If ``radius`` is below 1.
    """

    def __init__(self, radius: int = 3, loss_weight: float = 0.2) -> None:
        super().__init__()
        if radius < 1:
            raise ValueError(f'radius must be at least 1, got {radius}')
        self.radius = radius
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Average the binary cross entropy over the strips.

        Args:
            logits: (..., H, W).
            targets: (..., H, W) masks of zeros and ones, floating point.

        Returns:
            The weighted loss, a scalar; 0 if no mask has a boundary.
        """
        strip = boundary_strip(targets, self.radius)
        error = F.binary_cross_entropy_with_logits(
            logits, targets, reduction='none'
        )
        loss = (strip * error).sum() / (strip.sum() + _EPS)
        return self.loss_weight * loss
