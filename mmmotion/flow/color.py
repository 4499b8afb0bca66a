"""Flow fields as colours: hue is the direction, saturation the length."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

# Entries from red over yellow, green, cyan, blue and magenta back to red.
_SEGMENTS = (15, 6, 4, 11, 13, 6)
# Per segment the channel that changes, and whether it rises.
_RAMPS = ((1, True), (0, False), (2, True), (1, False), (0, True), (2, False))
# Magnitude of a component beyond which a flow counts as unknown.
_LIMIT = 1e6


@cache
def _color_wheel(quantised: bool, device: torch.device) -> Tensor:
    """(55, 3) RGB colours in [0, 1], optionally multiples of 1/255."""
    wheel = []
    color = np.array([1.0, 0.0, 0.0])
    for length, (channel, rises) in zip(_SEGMENTS, _RAMPS):
        ramp = np.arange(length) / length
        if quantised:
            ramp = np.floor(255 * np.arange(length) / length) / 255
        segment = np.tile(color, (length, 1))
        segment[:, channel] = ramp if rises else 1 - ramp
        wheel.append(segment)
        color[channel] = float(rises)
    return torch.from_numpy(np.concatenate(wheel)).float().to(device)


def _length(u: Tensor, v: Tensor) -> Tensor:
    # The root of torch's float32 is not the nearest number, that of float64
    # is after rounding. The originals depend on it, see flow_to_rgb.
    return (u * u + v * v).double().sqrt().float()


def _color(flow: Tensor, wheel: Tensor) -> Tensor:
    """Colours (..., 3, h, w) of a flow whose longest vectors have length 1."""
    u, v = flow.unbind(dim=-3)
    radius = _length(u, v)[..., None]
    # In float32 the position on the wheel would lose six bits.
    angle = torch.atan2(-v.double(), -u.double()) / torch.pi
    position = (angle + 1) / 2 * (len(wheel) - 1)
    left = position.floor()
    weight = (position - left).float()[..., None]
    left = left.long()
    right = (left + 1) % len(wheel)
    color = (1 - weight) * wheel[left] + weight * wheel[right]
    paler = 1 - radius * (1 - color)
    return torch.where(radius <= 1, paler, 0.75 * color).movedim(-1, -3)


@torch.no_grad()
def color_flow(flow: Tensor, quantised: bool = False) -> Tensor:
    """Colour flow fields.

    Each field is divided by its own largest length, so the colours of two
    fields cannot be compared. The default code is that of
    :func:`flow_to_rgb`, the quantised one that of :func:`flow_to_rgb_uint8`.
    No gradient passes.

    Args:
        flow: (..., 2, h, w) flow; finite, if the code is quantised.
        quantised: Whether colours are multiples of 1/255 and the largest
            length is increased by 1e-5, instead of exact.

    Returns:
        (..., 3, h, w) float32 RGB in [0, 1].

    Raises:
        ValueError: If the code is quantised and a value is NaN or infinite.
    """
    flow = flow.float()
    wheel = _color_wheel(quantised, flow.device)
    if quantised:
        if not flow.isfinite().all():
            raise ValueError(
                'the quantised colours have none for unknown flow: expected a '
                'finite flow, found NaN or infinity'
            )
        longest = _longest(flow)
        color = _color(flow / (longest + np.float32(1e-5)), wheel)
        return (255 * color).floor() / 255
    known = (flow.abs() <= _LIMIT).all(dim=-3, keepdim=True)
    flow = torch.where(known, flow, 0.0)
    longest = _longest(flow)
    moves = longest > np.finfo(np.float64).eps
    color = _color(flow / torch.where(moves, longest, 1.0), wheel)
    return torch.where(known, color, 0.0)


def _longest(flow: Tensor) -> Tensor:
    """Largest length (..., 1, 1, 1) of each field."""
    return _length(*flow.unbind(dim=-3)).amax(dim=(-2, -1))[..., None, None,
                                                            None]


def color_image(flow: Tensor, quantised: bool = False) -> Tensor:
    """Colour flow fields for a network input.

    Args:
        flow: (..., 2, h, w) flow.
        quantised: See :func:`color_flow`.

    Returns:
        (..., 3, h, w) float32 RGB in [-1, 1]: :func:`color_flow`, shifted.

    Raises:
        ValueError: See :func:`color_flow`.
    """
    return (2 * (color_flow(flow, quantised) - 0.5)).clamp(-1, 1)


def flow_to_rgb(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field as Motion Grouping does.

    The field is divided by its own largest length, so the colours of two
    fields cannot be compared. Zero flow is white; pixels with NaN or more
    than 1e6 px are black. Lengths are rounded to float32, which keeps the
    quirk of the original that a longest vector which comes out at 1.0000001
    is drawn at three quarters of its brightness.

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, whose release uses ``flow2rgb`` of cvbase 0.5.5.

    Args:
        flow: (H, W, 2) flow.

    Returns:
        (H, W, 3) float32 RGB in [0, 1].
    """
    return _to_array(color_flow(_to_tensor(flow)))


def flow_to_image(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field for a network input.

    Args:
        flow: (H, W, 2) flow.

    Returns:
        (H, W, 3) float32 RGB in [-1, 1]: :func:`flow_to_rgb`, shifted.
    """
    return _to_array(color_image(_to_tensor(flow)))


def flow_to_rgb_uint8(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field as RAFT's visualiser does, in 8 bits.

    Made for pictures. It differs from :func:`flow_to_rgb` by quantisation and
    by the 1e-5 that is added to the largest length.

    Args:
        flow: (H, W, 2) finite flow.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ValueError: If a value is NaN or infinite.
    """
    color = _to_array(color_flow(_to_tensor(flow), quantised=True))
    return np.rint(255 * color).astype(np.uint8)


def _to_tensor(flow: np.ndarray) -> Tensor:
    flow = np.ascontiguousarray(flow.transpose(2, 0, 1), dtype=np.float32)
    return torch.from_numpy(flow)


def _to_array(image: Tensor) -> np.ndarray:
    return np.ascontiguousarray(image.permute(1, 2, 0).numpy())
