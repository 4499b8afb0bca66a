"""Flow fields as colours: hue is the direction, saturation the length."""

from functools import cache

import numpy as np

from .io import known_pixels

# Entries from red over yellow, green, cyan, blue and magenta back to red.
_SEGMENTS = (15, 6, 4, 11, 13, 6)
# Per segment the channel that changes, and whether it rises.
_RAMPS = ((1, True), (0, False), (2, True), (1, False), (0, True), (2, False))


@cache
def _color_wheel(quantised: bool) -> np.ndarray:
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
    return np.concatenate(wheel).astype(np.float32)


def _color(flow: np.ndarray, wheel: np.ndarray) -> np.ndarray:
    """Colours of a flow whose longest vectors have length 1."""
    u, v = flow[..., 0], flow[..., 1]
    radius = np.sqrt(u**2 + v**2)
    angle = np.arctan2(-v, -u) / np.float32(np.pi)
    position = (angle + 1) / 2 * (len(wheel) - 1)
    left = np.floor(position).astype(np.int64)
    weight = (position - left.astype(np.float32))[..., None]
    right = (left + 1) % len(wheel)
    color = (1 - weight) * wheel[left] + weight * wheel[right]
    inside = radius <= 1
    paler = 1 - radius[..., None] * (1 - color)
    return np.where(inside[..., None], paler, np.float32(0.75) * color)


def flow_to_rgb(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field as Motion Grouping does.

    The field is divided by its own largest length, so the colours of two
    fields cannot be compared. Zero flow is white; pixels with NaN or more
    than 1e6 px are black. All arithmetic is float32, including the quirk of
    the original that a longest vector which comes out at 1.0000001 is drawn
    at three quarters of its brightness.

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, whose release uses ``flow2rgb`` of cvbase 0.5.5.

    Args:
        flow: (H, W, 2) flow.

    Returns:
        (H, W, 3) float32 RGB in [0, 1].
    """
    known = known_pixels(flow)
    flow = np.where(known[..., None], flow, 0).astype(np.float32)
    length = np.sqrt(flow[..., 0]**2 + flow[..., 1]**2)
    longest = length.max(initial=0)
    if longest > np.finfo(np.float64).eps:
        flow = flow / longest
    color = _color(flow, _color_wheel(quantised=False))
    color[~known] = 0
    return color


def flow_to_image(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field for a network input.

    Args:
        flow: (H, W, 2) flow.

    Returns:
        (H, W, 3) float32 RGB in [-1, 1]: :func:`flow_to_rgb`, shifted.
    """
    return np.clip(2 * (flow_to_rgb(flow) - np.float32(0.5)), -1, 1)


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
    if not np.isfinite(flow).all():
        raise ValueError('expected a finite flow, found NaN or infinity')
    flow = flow.astype(np.float32)
    longest = np.sqrt(flow[..., 0]**2 + flow[..., 1]**2).max(initial=0)
    flow = flow / (longest + np.float32(1e-5))
    color = _color(flow, _color_wheel(quantised=True))
    return np.floor(255 * color).astype(np.uint8)
