"""What a motion model says about the flow of its regions."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class MotionFit:
    """Flow that a motion model explains, and how.

    Attributes:
        flow: (B, 2, h, w) flow of the whole image, the flows of the regions
            blended with the masks, in the units of the observed flow.
        params: (B, K, P, 2) parameters per region. Polynomial models: rows
            are the monomials 1, x, y, x^2, xy, y^2 up to the degree, with
            column x and row y in [-1, 1] (pixel centres), in float64.
        pyramid: Predicted flows level by level, finest first, or None for a
            model of one level.
        dense_pyramid: Flows of single pixels, without regions, level by
            level, finest first, where the model was asked for them.
        region_flows: Function that computes the flow (B, K, 2, h, w) of
            every region over the whole image, or None where the model has
            none. Few losses need these large images.
    """

    flow: Tensor
    params: Tensor | None = None
    pyramid: tuple[Tensor, ...] | None = None
    dense_pyramid: tuple[Tensor, ...] | None = None
    region_flows: Callable[[], Tensor] | None = None
