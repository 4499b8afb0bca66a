"""Cross entropy of the classes of pixels."""

import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS


def label_cross_entropy(
    logits: Tensor, labels: Tensor, ignore_index: int = 255
) -> Tensor:
    """Average the cross entropy over the pixels that have a class.

    Args:
        logits: (B, C, h, w).
        labels: (B, h, w) integers from 0 to C - 1, or ``ignore_index``.
        ignore_index: Label of the pixels that do not count.

    Returns:
        A scalar; 0 if no pixel counts.
    """
    total = F.cross_entropy(
        logits, labels.long(), ignore_index=ignore_index, reduction='sum'
    )
    return total / (labels != ignore_index).sum().clamp(min=1)


@MODELS.register_module()
class LabelCrossEntropyLoss(nn.Module):
    """Learn the annotated class of every pixel.

    Args:
        ignore_index: See :func:`label_cross_entropy`.
        loss_weight: Factor on the returned value.
    """

    def __init__(
        self, ignore_index: int = 255, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        self.ignore_index = ignore_index
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Average over all pixels of a batch that have a class.

        Args:
            logits: (B, C, h, w).
            labels: (B, h, w) integers from 0 to C - 1, or ``ignore_index``.

        Returns:
            The weighted loss, a scalar.
        """
        loss = label_cross_entropy(logits, labels, self.ignore_index)
        return self.loss_weight * loss
