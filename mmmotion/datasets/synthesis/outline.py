"""Outlines of masks."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from .shapes import Contour

_WORKING_SIZE = 128
_NUM_POINTS = 128
_MIN_KEPT = 0.9
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
# Offsets from a corner to the pixels ahead on the right and on the left.
_RIGHT = ((0, 0), (-1, 0), (-1, -1), (0, -1))
_LEFT = ((0, -1), (0, 0), (-1, 0), (-1, -1))


def trace_silhouette(mask: NDArray[np.bool_], radius: float) -> Contour:
    """Turn a mask into the outline of a sprite.

    The largest connected part counts, its holes are filled. It is brought to
    a side of 128 pixels at most, where lines are one pixel wide at least, and
    the steps of its border are smoothed.

    Args:
        mask: (H, W), True somewhere.
        radius: Largest distance of a corner from the origin in pixels.

    Returns:
        (P, 2) corners in order, x first, around the middle of its box,
        rounded to 1/1024 pixel.
    """
    part = _crop(largest_part(mask))
    scale = _WORKING_SIZE / max(part.shape)
    if scale < 1:
        part = _shrink(part, scale)
    border = trace_border(part).astype(np.float64)
    for _ in range(3):
        border = (
            np.roll(border, 1, axis=0) + 2 * border +
            np.roll(border, -1, axis=0)
        ) / 4
    border = border[::max(1, len(border) // _NUM_POINTS)]
    border -= (border.min(axis=0) + border.max(axis=0)) / 2
    distance = np.sqrt((border * border).sum(axis=1))
    return np.rint(border * (radius / distance.max()) * 1024) / 1024


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the largest 4-connected part of an (H, W) mask.

    Of parts of one size the first in reading order is taken.
    """
    labels, num = ndimage.label(mask)
    if num <= 1:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())


def trace_border(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Walk clockwise around the pixels of a connected mask.

    Args:
        mask: (H, W) one 4-connected part.

    Returns:
        (P, 2) corners of pixels along the outer border, x first; the pixel
        (0, 0) has the corners (0, 0) and (1, 1).
    """
    padded = np.pad(mask, 1).tolist()
    row, col = (int(i) for i in np.argwhere(mask)[0])
    start = x, y = col, row
    direction = 0
    points: list[tuple[int, int]] = []
    while not points or (x, y) != start or direction != 0:
        points.append((x, y))
        x, y = x + _STEPS[direction][0], y + _STEPS[direction][1]
        right, left = _RIGHT[direction], _LEFT[direction]
        if not padded[y + right[1] + 1][x + right[0] + 1]:
            direction = (direction + 1) % 4
        elif padded[y + left[1] + 1][x + left[0] + 1]:
            direction = (direction - 1) % 4
    return np.array(points, np.int64)


def _shrink(part: NDArray[np.bool_], scale: float) -> NDArray[np.bool_]:
    """Return the largest part of a mask at a scale below 1."""
    height, width = (max(2, round(scale * side)) for side in part.shape)
    image = Image.fromarray(part.astype(np.uint8) * 255)
    image = image.resize((width, height), Image.Resampling.BOX)
    share = np.asarray(image)
    shrunk = largest_part(share > 127)
    # Lines thinner than half a pixel tear or vanish at that level.
    if shrunk.sum() * 255 < _MIN_KEPT * share.sum(dtype=np.int64):
        shrunk = largest_part(share > 0)
    return shrunk


def _crop(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows, cols = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return mask[rows[0]:rows[-1] + 1, cols[0]:cols[-1] + 1]
