"""Similarities of two frames, one of them moved along the flow so far."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from ..correlation import correlate
from ..warp import warp
from .convolution import SLOPE

_EPS = 1e-9


def normalize_features(frames: Sequence[Tensor]) -> list[Tensor]:
    """Bring every channel to mean 0 and deviation 1 over all frames.

    What all places have in common no longer hides what differs, so that even
    random features match best where the frames show the same. Source:
    Jonschkowski et al., "What Matters in Unsupervised Optical Flow", ECCV
    2020, Section 4.2.

    Args:
        frames: (B, C, h, w) features of each frame.

    Returns:
        The same in float32 at least.
    """
    stacked = torch.stack(list(frames))
    stacked = stacked.to(torch.promote_types(stacked.dtype, torch.float32))
    var, mean = torch.var_mean(
        stacked, dim=(0, -2, -1), correction=0, keepdim=True
    )
    return list(((stacked - mean) / (var + _EPS).sqrt()).unbind())


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
