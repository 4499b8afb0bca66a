"""One region that several known objects share."""

from typing import NamedTuple

import cv2
import numpy as np

from .frame_motion import FrameMotion
from .mask_shapes import count_pixels, distance_to, window
from .motion_split import motion_tolerance

_SIZE_SHARE = 0.2
_MAX_ERROR = 3.0
_BLUR = 5


class Expectation(NamedTuple):
    """Where an object should be in a frame.

    Attributes:
        mask: (h, w) bool.
        velocity: (2,) its last motion against the background in pixels.
        num_missed: For how many frames it was not seen.
    """

    mask: np.ndarray
    velocity: np.ndarray
    num_missed: int


def share_out(
    mask: np.ndarray,
    expected: list[Expectation],
    motion: FrameMotion | None,
) -> list[np.ndarray]:
    """Divide a region among the objects that are expected in it.

    A pixel goes where the sum of two costs is least: its distance to where
    the object is expected, in fifths of the object's size, and how far its
    motion is from the object's last one, in units of the tolerance of
    ``motion_tolerance`` and at most 3. An object that is hidden by another
    gets nothing, because what is seen in its place moves like the other.

    Args:
        mask: (h, w) bool, not empty.
        expected: The objects, at least one.
        motion: Motion of the frame; if None the distance alone decides.

    Returns:
        (h, w) bool part of each object, which may be empty.
    """
    rows, columns = window(mask)
    inner = mask[rows, columns]
    costs = []
    for one in expected:
        size = np.sqrt(max(1, count_pixels(one.mask)))
        costs.append(distance_to(one.mask)[rows, columns] / size / _SIZE_SHARE)
    if motion is not None:
        residual = motion.residual[:, rows, columns]
        tolerance = motion_tolerance(residual, inner, motion.threshold)
        for i, one in enumerate(expected):
            error = np.hypot(*(residual - one.velocity[:, None, None]))
            error = np.minimum(error / tolerance, _MAX_ERROR)
            costs[i] = costs[i] + cv2.blur(error, (_BLUR, _BLUR))
    owner = np.argmin(np.stack(costs), axis=0)
    parts = []
    for i in range(len(expected)):
        part = np.zeros_like(mask)
        part[rows, columns] = inner & (owner == i)
        parts.append(part)
    return parts
