"""Cross entropy of which of two overlapping layers is in front."""

import torch
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import behind_probability


def layer_overlaps(masks: Tensor) -> Tensor:
    """Tell which layers of a clip share a pixel in some frame.

    Args:
        masks: (B, T, K, H, W) whole shapes, zeros and ones.

    Returns:
        (B, K, K) bool.
    """
    pixels = masks.float().transpose(1, 2).flatten(2)
    return pixels @ pixels.mT > 0


@MODELS.register_module()
class LayerOrderLoss(nn.Module):
    """Learn the depths of layers from known pairs that overlap.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the
    form of its release: the mean over all pairs, of which those without
    overlap contribute nothing.

    Args:
        loss_weight: Factor on the returned value.
    """

    def __init__(self, loss_weight: float = 0.05) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, depths: Tensor, masks: Tensor) -> Tensor:
        """Average the cross entropy over clips and pairs.

        Args:
            depths: (B, K) predicted depths, the smallest nearest.
            masks: (B, T, K, H, W) known whole shapes, zeros and ones, from
                back to front.

        Returns:
            The weighted loss, a scalar; 0 for a single layer.
        """
        num_layers = depths.shape[1]
        if num_layers < 2:
            return 0 * depths.sum()
        back, front = torch.triu_indices(num_layers, num_layers, 1)
        error = -behind_probability(depths)[:, back, front].log()
        counts = layer_overlaps(masks)[:, back, front]
        return self.loss_weight * (error * counts).mean()
