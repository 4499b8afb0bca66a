"""Projective maps as (..., 3, 3) arrays, in plain elementwise arithmetic.

See ``affine`` for why no library multiplies or inverts these matrices.
"""

import numpy as np
from numpy.typing import NDArray

from .affine import Affine

Homography = NDArray[np.float64]
Grid = tuple[NDArray[np.float64], NDArray[np.float64]]


def from_affine(maps: Affine) -> Homography:
    """Return (..., 2, 3) affine maps as projective ones."""
    out = np.zeros((*maps.shape[:-2], 3, 3))
    out[..., :2, :] = maps
    out[..., 2, 2] = 1
    return out


def tilt(slope: NDArray[np.float64]) -> Homography:
    """Tilt a plane about the origin.

    Args:
        slope: (T, 2) change of depth per pixel along x and y.

    Returns:
        (T, 3, 3) maps that divide by ``1 + slope . point``.
    """
    out = np.zeros((len(slope), 3, 3))
    out[:, 0, 0] = out[:, 1, 1] = out[:, 2, 2] = 1
    out[:, 2, :2] = slope
    return out


def compose(outer: Homography, inner: Homography) -> Homography:
    """Return the map that applies ``inner`` first and ``outer`` second."""
    return (
        outer[..., :, 0, None] * inner[..., None, 0, :] +
        outer[..., :, 1, None] * inner[..., None, 1, :] +
        outer[..., :, 2, None] * inner[..., None, 2, :]
    )


def invert(maps: Homography) -> Homography:
    """Return the inverse maps, with 1 as their last coefficient."""
    a, b, c = (maps[..., 0, i] for i in range(3))
    d, e, f = (maps[..., 1, i] for i in range(3))
    g, h, i = (maps[..., 2, j] for j in range(3))
    out = np.empty_like(maps)
    out[..., 0, 0], out[..., 0, 1] = e * i - f * h, c * h - b * i
    out[..., 1, 0], out[..., 1, 1] = f * g - d * i, a * i - c * g
    out[..., 2, 0], out[..., 2, 1] = d * h - e * g, b * g - a * h
    out[..., 0, 2], out[..., 1, 2] = b * f - c * e, c * d - a * f
    out[..., 2, 2] = a * e - b * d
    return out / out[..., 2:, 2:]


def apply(maps: Homography,
          points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map points.

    Args:
        maps: (3, 3) one map.
        points: (..., 2) points, x first.

    Returns:
        (..., 2) mapped points.
    """
    x, y = transform(maps, points[..., 0], points[..., 1])
    return np.stack([x, y], axis=-1)


def transform(
    maps: Homography, x: NDArray[np.float64], y: NDArray[np.float64]
) -> Grid:
    """Map coordinates that broadcast against each other.

    Args:
        maps: (3, 3) one map.
        x: Horizontal coordinates.
        y: Vertical coordinates.

    Returns:
        The mapped x and y coordinates.
    """
    (a, b, c), (d, e, f), (g, h, i) = maps
    right, down = a * x + (b * y + c), d * x + (e * y + f)
    if g == h == 0:
        return right / i, down / i
    depth = g * x + (h * y + i)
    return right / depth, down / depth


def quantise(maps: Homography) -> Homography:
    """Round far above what a machine can change, and below what is seen.

    The steps are 2**-20, as those of affine maps, and 2**-40 in the last
    row, which is multiplied by coordinates twice.
    """
    steps = np.array([2.0**20, 2.0**20, 2.0**40])[:, None]
    return np.rint(maps * steps) / steps
