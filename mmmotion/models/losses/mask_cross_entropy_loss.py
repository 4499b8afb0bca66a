"""Binary cross entropy of masks, and the assignment of layers by it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

_UNKNOWN_COST = 10.0
_SMALLEST_LOG = -100.0


def layer_costs(logits: Tensor, targets: Tensor) -> Tensor:
    """Cost of letting a predicted layer stand for a target in a whole clip.

    Args:
        logits: (B, T, K, H, W) predicted layers.
        targets: (B, T, K, H, W) masks in [0, 1], floating point.

    Returns:
        (B, K, K) binary cross entropy, the mean over frames and pixels; rows
        belong to targets, columns to predictions. Costs that are not finite
        become 10.
    """
    # Sums over whole clips need more digits than autocast leaves.
    with torch.autocast(logits.device.type, enabled=False):
        masks = logits.detach().float().sigmoid()
        inside, outside = (
            log.clamp(min=_SMALLEST_LOG).transpose(1, 2).flatten(2)
            for log in (masks.log(), (-masks).log1p())
        )
        known = targets.float().transpose(1, 2).flatten(2)
        total = known @ inside.mT + (1 - known) @ outside.mT
    costs = -total / known.shape[-1]
    return costs.masked_fill(~costs.isfinite(), _UNKNOWN_COST)


@MODELS.register_module()
class MaskCrossEntropyLoss(nn.Module):
    """Learn known masks, each pixel and each mask on its own.

    Args:
        loss_weight: Factor on the returned value.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Average the binary cross entropy.

        Args:
            logits: (..., H, W).
            targets: (..., H, W) masks in [0, 1], floating point.

        Returns:
            The weighted loss, a scalar.
        """
        loss = F.binary_cross_entropy_with_logits(logits, targets)
        return self.loss_weight * loss
