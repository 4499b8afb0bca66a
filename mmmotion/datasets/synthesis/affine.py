"""Affine maps as (..., 2, 3) arrays, in plain elementwise arithmetic.

Matrix products and inverses of a linear algebra library may differ in the
last bit between machines and numbers of threads; these do not.
"""

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]


def similarity(
    angle: NDArray[np.float64],
    scale: NDArray[np.float64],
    centre: NDArray[np.float64],
) -> Affine:
    """Rotate and scale about the origin, then move it to a place.

    Args:
        angle: (T,) in radians, from the x axis towards the y axis.
        scale: (T,) factor.
        centre: (T, 2) where the origin goes, x first.

    Returns:
        (T, 2, 3) affine maps.
    """
    maps = np.empty((len(centre), 2, 3))
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    maps[:, 0, 0], maps[:, 0, 1] = cos, -sin
    maps[:, 1, 0], maps[:, 1, 1] = sin, cos
    maps[:, :, 2] = centre
    return maps


def compose(outer: Affine, inner: Affine) -> Affine:
    """Return the map that applies ``inner`` first and ``outer`` second."""
    out = (
        outer[..., :, 0, None] * inner[..., None, 0, :] +
        outer[..., :, 1, None] * inner[..., None, 1, :]
    )
    out[..., 2] += outer[..., 2]
    return out


def invert(maps: Affine) -> Affine:
    """Return the inverse maps."""
    a, b, x = (maps[..., 0, i] for i in range(3))
    c, d, y = (maps[..., 1, i] for i in range(3))
    det = a * d - b * c
    out = np.empty_like(maps)
    out[..., 0, 0], out[..., 0, 1] = d / det, -b / det
    out[..., 1, 0], out[..., 1, 1] = -c / det, a / det
    out[..., 0, 2] = (b * y - d * x) / det
    out[..., 1, 2] = (c * x - a * y) / det
    return out


def apply(maps: Affine, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map points.

    Args:
        maps: (2, 3) one affine map.
        points: (..., 2) points, x first.

    Returns:
        (..., 2) mapped points.
    """
    return (
        points[..., :1] * maps[:, 0] + points[..., 1:] * maps[:, 1] +
        maps[:, 2]
    )


def apply_to_grid(
    maps: Affine, window: tuple[int, int, int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Map the pixel centres of a window of the image.

    Args:
        maps: (2, 3) one affine map.
        window: Top, left, bottom and right, the last two exclusive.

    Returns:
        The (h, w) x and y coordinates of the mapped centres.
    """
    top, left, bottom, right = window
    cols = np.arange(left, right, dtype=np.float64)[None, :]
    rows = np.arange(top, bottom, dtype=np.float64)[:, None]
    (a, b, x), (c, d, y) = maps
    return a * cols + (b * rows + x), c * cols + (d * rows + y)


def quantise(maps: Affine) -> Affine:
    """Round to steps of 2**-20, far above what a machine can change."""
    return np.rint(maps * 2**20) / 2**20
