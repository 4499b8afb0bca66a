"""Difference in structure of two images."""

import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import MODELS

from .window_loss import WindowLoss

_C1 = 0.01**2
_C2 = 0.03**2


def ssim_distance(
    image: Tensor, other: Tensor, window_size: int = 3
) -> Tensor:
    """Measure ``clamp((1 - SSIM) / 2, 0, 1)`` around each pixel.

    Source: Wang et al., "Image Quality Assessment", 2004, Eq. 13, with a
    uniform window and biased variances as in ARFlow's release.

    Args:
        image: (B, C, h, w) image in [0, 1].
        other: (B, C, h, w) image in [0, 1].
        window_size: Side of the window, which stays inside the image.

    Returns:
        (B, C, h - window_size + 1, w - window_size + 1) distances in [0, 1].

    Raises:
        ValueError: If the images are smaller than the window.
    """
    if min(image.shape[-2:]) < window_size:
        raise ValueError(
            f'a window of {window_size} does not fit into images of '
            f'{tuple(image.shape[-2:])}'
        )

    def mean(values: Tensor) -> Tensor:
        """Mean of every window of (B, C, h, w) values."""
        return F.avg_pool2d(values, window_size, stride=1)

    mean_a, mean_b = mean(image), mean(other)
    product = mean_a * mean_b
    squares = mean_a.square() + mean_b.square()
    covariance = mean(image * other) - product
    variance_a = mean(image.square()) - mean_a.square()
    variance_b = mean(other.square()) - mean_b.square()
    similarity = (2 * product + _C1) * (2 * covariance + _C2
                                        ) / ((squares + _C1) *
                                             (variance_a + variance_b + _C2))
    return ((1 - similarity) / 2).clamp(0, 1)


@MODELS.register_module()
class SSIMLoss(WindowLoss):
    """Compare the structure of two images; see :func:`ssim_distance`."""

    def distance(self, image: Tensor, other: Tensor) -> Tensor:
        """Measure distances of two (B, C, h, w) images, without a border."""
        return ssim_distance(image, other, self.window_size)
