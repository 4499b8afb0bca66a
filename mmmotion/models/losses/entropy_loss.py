"""Penalty on masks that do not decide."""

from torch import Tensor, nn

from mmmotion.registry import MODELS


def mask_entropy(masks: Tensor, eps: float = 1e-5) -> Tensor:
    """Entropy of the group of every pixel.

    Args:
        masks: (B, K, h, w) soft masks that add up to 1.
        eps: Added to a mask before its logarithm; it makes the entropy of a
            hard mask slightly negative.

    Returns:
        (B, h, w) entropies in nats.
    """
    return -(masks * (masks + eps).log()).sum(dim=1)


def softened_entropy(masks: Tensor) -> Tensor:
    """Cross entropy between masks and the softmax of masks.

    Args:
        masks: (B, K, h, w) soft masks that add up to 1.

    Returns:
        (B, h, w) in nats. With 4 masks from 0.744, where one of them is 1,
        to 1.386, where all are equal.
    """
    return -(masks * masks.log_softmax(dim=1)).sum(dim=1)


@MODELS.register_module()
class EntropyLoss(nn.Module):
    """Push masks towards 0 and 1.

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, Eq. 6; the offset is that of its release.

    Args:
        eps: See :func:`mask_entropy`.
        softened: Whether the logarithm is that of the softmax of the masks,
            :func:`softened_entropy`, as in the released code of Lian et al.,
            "Bootstrapping Objectness from Videos by Relaxed Common Fate and
            Visual Grouping", CVPR 2023.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If ``eps`` is not positive.
    """

    def __init__(
        self,
        eps: float = 1e-5,
        softened: bool = False,
        loss_weight: float = 0.01,
    ) -> None:
        super().__init__()
        if eps <= 0:
            raise ValueError(f'eps must be positive, got {eps}')
        self.eps = eps
        self.softened = softened
        self.loss_weight = loss_weight

    def forward(self, masks: Tensor) -> Tensor:
        """Average the entropy over all pixels.

        Args:
            masks: (B, K, h, w) soft masks that add up to 1.

        Returns:
            The weighted loss, a scalar.
        """
        if self.softened:
            return self.loss_weight * softened_entropy(masks).mean()
        return self.loss_weight * mask_entropy(masks, self.eps).mean()
