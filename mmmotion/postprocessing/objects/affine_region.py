"""Affine motion of a region, robust against what moves otherwise in it."""

from typing import NamedTuple

import numpy as np

_NUM_REWEIGHTINGS = 3
_RIDGE = 1e-4


class Pixels(NamedTuple):
    """Pixels of a region.

    Attributes:
        basis: (n, 3) 1, x and y in the region's own units.
        flow: (n, 2) flow in pixels.
    """

    basis: np.ndarray
    flow: np.ndarray


def list_pixels(flow: np.ndarray, mask: np.ndarray) -> Pixels:
    """List the pixels of a mask (h, w), not empty, of a flow (2, h, w)."""
    rows, columns = np.nonzero(mask)
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    places -= places.mean(axis=0)
    places /= max(places.std(), 1.0)
    basis = np.concatenate([np.ones((len(places), 1)), places], axis=1)
    return Pixels(basis, flow[:, rows, columns].T.astype(np.float64))


def fit_affine(
    pixels: Pixels, weights: np.ndarray, tolerance: float
) -> np.ndarray:
    """Fit one affine motion to some of the pixels.

    Least squares, re-weighted three times with the Geman-McClure function of
    the errors. Small and thin regions make it a constant motion, by a ridge.
    ``fit_polynomial`` does whole images at once, for which its preparations
    are worth their time; here they would take most of it.

    Args:
        pixels: n pixels.
        weights: (n,) non-negative, not all 0.
        tolerance: Error in pixels from which on a pixel counts little.

    Returns:
        (n, 2) affine flow at all pixels, in pixels.
    """
    ridge = _RIDGE * weights.sum() * np.diag([0.0, 1.0, 1.0])
    robust = weights.astype(np.float64)
    for _ in range(1 + _NUM_REWEIGHTINGS):
        weighted = pixels.basis.T * robust
        params = np.linalg.lstsq(
            weighted @ pixels.basis + ridge,
            weighted @ pixels.flow,
            rcond=None,
        )[0]
        fitted = pixels.basis @ params
        error = ((pixels.flow - fitted)**2).sum(axis=1)
        robust = weights * (1 + error / tolerance**2)**-2
    return fitted
