"""Contrast between the objects of two frames and their surroundings."""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import dilate_sparsely, erode_sparsely

_EPS = 1e-8


class ContrastRegions(NamedTuple):
    """Where objects surely are, and where they surely are not.

    Attributes:
        positive: (..., O, h, w) zeros and ones.
        negative: (..., O, h, w) zeros and ones; what is neither is ignored.
    """

    positive: Tensor
    negative: Tensor


def contrast_regions(
    masks: Tensor, inner: int = 1, outer: int = 5
) -> ContrastRegions:
    """Leave out a margin around the boundary of masks.

    Args:
        masks: (..., O, h, w) zeros and ones, floating point.
        inner: Cells that are left out inside.
        outer: Cells that are left out outside.
    """
    positive = erode_sparsely(masks, inner)
    negative = 1 - dilate_sparsely(masks, outer).maximum(positive)
    return ContrastRegions(positive, negative)


@MODELS.register_module()
class LabelContrastLoss(nn.Module):
    """Make cells of an object look for that object in another frame.

    Each cell of the first frame divides its attention among the cells of the
    second. Of what it pays to the object and to its surroundings, all should
    go to the object; and of what the surroundings and the object of the first
    frame pay to a cell of the object in the second, all should come from the
    object. Cells that are grossly wrong are taken for errors of the masks and
    have no gradient.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the
    form of its release.

    Args:
        temperature: Divides the cosine of two cells.
        limit: Largest loss of a cell.
        inner: Cells of an object along its boundary that are left out.
        outer: Cells around an object that are left out.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If temperature, limit or a margin is not positive.
    """

    def __init__(
        self,
        temperature: float = 0.07,
        limit: float = 0.65,
        inner: int = 1,
        outer: int = 5,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if temperature <= 0 or limit <= 0:
            raise ValueError(
                'expected a positive temperature and limit, got '
                f'temperature={temperature} and limit={limit}'
            )
        if inner < 1 or outer < 1:
            raise ValueError(
                'expected margins of at least 1 cell, got '
                f'inner={inner} and outer={outer}'
            )
        self.inner = inner
        self.outer = outer
        self.temperature = temperature
        self.limit = limit
        self.loss_weight = loss_weight

    def regions(self, masks: Tensor) -> ContrastRegions:
        """Leave out the margins of masks (..., O, h, w), see above."""
        return contrast_regions(masks, self.inner, self.outer)

    def directions(self, features: Tensor,
                   regions: ContrastRegions) -> tuple[Tensor, Tensor]:
        """Compute the loss of the cells of each frame, without weight.

        Args:
            features: (2, C, h, w) of both frames.
            regions: Regions (2, O, h, w) of O objects in both frames.
        """
        first, second = F.normalize(features.flatten(2), dim=1)
        attention = ((first.mT @ second) / self.temperature).softmax(dim=1)
        (pos0, pos1), (neg0, neg1) = (part.flatten(2) for part in regions)
        return (
            self._mean(pos0, pos1 @ attention.mT, neg1 @ attention.mT),
            self._mean(pos1, pos0 @ attention, neg0 @ attention),
        )

    def _mean(self, cells: Tensor, inside: Tensor, outside: Tensor) -> Tensor:
        """Average over cells (O, N) of the objects."""
        share = inside / (inside + outside + _EPS)
        error = -(share + _EPS).log()
        error = error.clamp(0, self.limit)
        return (cells * error).sum() / (cells.sum() + _EPS)

    def forward(self, features: Tensor, regions: ContrastRegions) -> Tensor:
        """Average both directions.

        Args:
            features: (2, C, h, w) of both frames.
            regions: Regions (2, O, h, w) of O objects in both frames.

        Returns:
            The weighted loss, a scalar; 0 if there is no object.
        """
        first, second = self.directions(features, regions)
        return self.loss_weight * (first + second) / 2
