"""Difference in local order of two images."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import MODELS

from .window_loss import WindowLoss

_GREY = (0.2989, 0.5870, 0.1140)


def census_transform(image: Tensor, window_size: int = 3) -> Tensor:
    """Compare every pixel with its neighbours.

    Args:
        image: (B, 3, h, w) RGB image in [0, 1].
        window_size: Side of the window; outside the image is black.

    Returns:
        (B, window_size^2, h, w) soft signs in (-1, 1), near 0 for equal
        brightness; does not change if the image becomes brighter.
    """
    weights = image.new_tensor(_GREY).view(1, 3, 1, 1)
    grey = 255 * (image * weights).sum(dim=1, keepdim=True)
    height, width = grey.shape[-2:]
    padded = F.pad(grey, [window_size // 2] * 4)
    neighbours = torch.cat([
        padded[..., row:row + height, column:column + width]
        for row in range(window_size) for column in range(window_size)
    ], dim=1)  # yapf: disable
    difference = neighbours - grey
    return difference / (0.81 + difference.square()).sqrt()


def census_distance(
    image: Tensor, other: Tensor, window_size: int = 3
) -> Tensor:
    """Measure a soft Hamming distance of two census transforms.

    Source: Meister et al., "UnFlow", AAAI 2018, Sec. 3.2; constants of
    ARFlow's release.

    Args:
        image: (B, 3, h, w) RGB image in [0, 1].
        other: (B, 3, h, w) RGB image in [0, 1].
        window_size: Side of the window.

    Returns:
        (B, 1, h, w) distances, mean over the window; 0 where the window
        leaves the image.
    """
    squares = (
        census_transform(image, window_size) -
        census_transform(other, window_size)
    ).square()
    distance = (squares / (0.1 + squares)).mean(dim=1, keepdim=True)
    border = window_size // 2
    inner = distance[..., border:-border, border:-border]
    return F.pad(inner, [border] * 4)


@MODELS.register_module()
class CensusLoss(WindowLoss):
    """Compare local order of brightness; see :func:`census_distance`.

    It ignores slow changes of light. Images are RGB.
    """

    def distance(self, image: Tensor, other: Tensor) -> Tensor:
        """Measure distances (B, 1, h, w) of two (B, 3, h, w) images."""
        return census_distance(image, other, self.window_size)
