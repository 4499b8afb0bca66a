"""Rasterisation of outlines.

OpenCV's ``fillPoly`` thickens outlines and rounds differently from version to
version; with it, a world would not have the same bytes everywhere.
"""

import numpy as np
from numpy.typing import NDArray


def fill_polygon(points: NDArray[np.float64],
                 size: tuple[int, int]) -> NDArray[np.uint8]:
    """Find the pixels whose centres lie inside a closed outline.

    Args:
        points: (P, 2) corners in order, x first, in pixels; the centre of
            the first pixel is (0, 0). Corners may lie outside the image.
        size: (h, w) of the image.

    Returns:
        (h, w) 1 inside and 0 outside, by the even-odd rule.
    """
    height, width = size
    x, y = points.T
    next_x, next_y = np.roll(points, -1, axis=0).T
    lines = np.arange(height)[:, None]
    rows, edges = np.nonzero((y <= lines) != (next_y <= lines))
    slope = (next_x[edges] - x[edges]) / (next_y[edges] - y[edges])
    crossings = x[edges] + (rows - y[edges]) * slope
    cols = np.clip(np.ceil(crossings), 0, width).astype(np.intp)
    changes = np.bincount(
        rows * (width + 1) + cols, minlength=height * (width + 1)
    ).astype(np.uint8)
    changes = changes.reshape(height, width + 1)[:, :width]
    inside = np.cumsum(changes, axis=1, dtype=np.uint8) % 2
    return inside.astype(np.uint8, copy=False)
