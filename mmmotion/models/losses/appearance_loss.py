"""Distance of an object's mask to what a refinement made of it."""

from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import resize_maps


def asymmetric_error(
    masks: Tensor,
    targets: Tensor,
    missing_weight: float = 2.0,
    excess_weight: float = 1.0,
) -> Tensor:
    """Squared error that weighs missing and superfluous mass differently.

    Args:
        masks: Soft masks in [0, 1] of any shape.
        targets: What they should be, of the same shape.
        missing_weight: Factor where the mask is below the target.
        excess_weight: Factor where it is above.

    Returns:
        The error of each pixel, in the shape of the masks.
    """
    difference = targets - masks
    missing = difference.clamp(min=0).square()
    excess = difference.clamp(max=0).square()
    return missing_weight * missing + excess_weight * excess


@MODELS.register_module()
class AppearanceLoss(nn.Module):
    """Pull the mask of the object towards a pseudo label.

    Source: the released code of Lian, Wu, Yu, "Bootstrapping Objectness from
    Videos by Relaxed Common Fate and Visual Grouping", CVPR 2023. Eq. 8 of its
    predecessor, "Improving Unsupervised Video Object Segmentation with
    Motion-Appearance Synergy", arXiv 2212.08816, is not known.

    Args:
        threshold: Value above which a label, at the size of the masks, is
            object; None takes the labels as they are, soft where they were
            resized.
        missing_weight: See :func:`asymmetric_error`.
        excess_weight: See :func:`asymmetric_error`.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If the threshold is not in [0, 1).
    """

    def __init__(
        self,
        threshold: float | None = None,
        missing_weight: float = 2.0,
        excess_weight: float = 1.0,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if threshold is not None and not 0 <= threshold < 1:
            raise ValueError(
                f'threshold must be None or in [0, 1), got {threshold}'
            )
        self.threshold = threshold
        self.missing_weight = missing_weight
        self.excess_weight = excess_weight
        self.loss_weight = loss_weight

    def forward(self, masks: Tensor, targets: Tensor) -> Tensor:
        """Average the error over all pixels.

        Args:
            masks: (N, h, w) soft masks of the object.
            targets: (N, H, W) labels in [0, 1], which are brought to the size
                of the masks bilinearly.

        Returns:
            The weighted loss, a scalar.
        """
        targets = resize_maps(targets[:, None], masks.shape[-2:])[:, 0]
        targets = targets.to(masks.dtype)
        if self.threshold is not None:
            targets = (targets > self.threshold).to(masks.dtype)
        error = asymmetric_error(
            masks, targets, self.missing_weight, self.excess_weight
        )
        return self.loss_weight * error.mean()
