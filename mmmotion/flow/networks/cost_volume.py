"""Similarities of two frames, one of them moved along the flow so far."""

from torch import Tensor
from torch.nn.functional import leaky_relu

from ..correlation import correlate
from ..warp import warp
from .convolution import SLOPE


def cost_volume(
    first: Tensor,
    second: Tensor,
    flow: Tensor | None = None,
    radius: int = 4,
) -> Tensor:
    """Compare the first frame with the second one after it is warped.

    Args:
        first: (B, C, h, w) features of the frame that the flow starts from.
        second: (B, C, h, w) features of the other frame.
        flow: (B, 2, h, w) flow so far, in pixels; the second frame stays as
            it is if None.
        radius: Largest displacement in pixels, see
            :func:`~mmmotion.flow.correlation.correlate`.

    Returns:
        (B, (2r + 1)^2, h, w) similarities after a leaky ReLU.
    """
    warped = second if flow is None else warp(second, flow)
    return leaky_relu(correlate(first, warped, radius), SLOPE)
