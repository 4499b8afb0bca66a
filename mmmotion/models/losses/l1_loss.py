"""Absolute difference of two images where both show the same."""

from torch import Tensor, nn

from mmmotion.registry import MODELS

from .visible_mean import visible_mean


@MODELS.register_module()
class L1Loss(nn.Module):
    """Compare two images pixel by pixel.

    Args:
        loss_weight: Factor on the returned value.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(
        self,
        image: Tensor,
        other: Tensor,
        visible: Tensor | None = None
    ) -> Tensor:
        """Average the difference over what is visible.

        Args:
            image: (B, C, h, w) image.
            other: (B, C, h, w) image on the same grid.
            visible: (B, 1, h, w) 1 where both show the same, 0 elsewhere;
                everywhere by default.

        Returns:
            The weighted loss, a scalar.
        """
        return self.loss_weight * visible_mean(
            lambda first, second: (first - second).abs(),
            image,
            other,
            visible,
        )
