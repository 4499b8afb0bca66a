"""Base of the distances that are measured in windows."""

from abc import abstractmethod

from torch import Tensor, nn

from .visible_mean import visible_mean


class WindowLoss(nn.Module):
    """Compare two images in a window around each pixel.

    Args:
        window_size: Side of the window.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If the window has no centre.
    """

    def __init__(self, window_size: int = 3, loss_weight: float = 1.0) -> None:
        super().__init__()
        if window_size < 3 or window_size % 2 == 0:
            raise ValueError(
                'expected an odd window_size of 3 or more, got '
                f'{window_size}'
            )
        self.window_size = window_size
        self.loss_weight = loss_weight

    @abstractmethod
    def distance(self, image: Tensor, other: Tensor) -> Tensor:
        """Measure distances (B, D, h', w') of two (B, C, h, w) images."""

    def forward(
        self,
        image: Tensor,
        other: Tensor,
        visible: Tensor | None = None
    ) -> Tensor:
        """Average the distance over what is visible.

        Args:
            image: (B, C, h, w) image in [0, 1].
            other: (B, C, h, w) image in [0, 1] on the same grid.
            visible: (B, 1, h, w) 1 where both show the same, 0 elsewhere;
                everywhere by default.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the shapes disagree.
        """
        mean = visible_mean(self.distance, image, other, visible)
        return self.loss_weight * mean
