"""Binary cross entropy of what is visible of each layer."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import compose_softly


@MODELS.register_module()
class LayerCompositionLoss(nn.Module):
    """Learn depths, and shapes, from the visible parts of layers.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022; not in the
    paper. The composition is averaged over all orders, so that the depths
    have a gradient.

    Args:
        loss_weight: Factor on the returned value.
    """

    def __init__(self, loss_weight: float = 0.1) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(
        self, logits: Tensor, depths: Tensor, targets: Tensor
    ) -> Tensor:
        """Average the binary cross entropy.

        Args:
            logits: (B, T, K, H, W) of whole shapes.
            depths: (B, K) depths, the smallest nearest.
            targets: (B, T, K, H, W) visible parts, zeros and ones, floating
                point.

        Returns:
            The weighted loss, a scalar.
        """
        visible = compose_softly(logits.sigmoid(), depths)
        # Autocast refuses the cross entropy of probabilities.
        with torch.autocast(logits.device.type, enabled=False):
            loss = F.binary_cross_entropy(visible.float(), targets.float())
        return self.loss_weight * loss
