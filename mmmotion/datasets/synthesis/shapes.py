"""Outlines of sprites, closed curves around the origin."""

import numpy as np
from numpy.typing import NDArray

Contour = NDArray[np.float64]

SHAPES = ('convex', 'star', 'blob')


def draw_contour(
    rng: np.random.Generator,
    shape: str,
    radius: float,
    num_corners: tuple[int, int] = (3, 9),
) -> Contour:
    """Draw a random outline of one kind.

    Args:
        rng: Source of the random numbers.
        shape: ``'convex'``, ``'star'`` or ``'blob'``.
        radius: Largest distance from the origin in pixels.
        num_corners: Smallest and largest number of corners of a convex
            polygon.

    Returns:
        (P, 2) corners in order, x first, rounded to 1/1024 pixel.
    """
    if shape == 'convex':
        contour = _convex(rng, num_corners)
    else:
        contour = dict(star=_star, blob=_blob)[shape](rng)
    contour *= radius / np.hypot(contour[:, 0], contour[:, 1]).max()
    return np.rint(contour * 1024) / 1024


def draw_bar(rng: np.random.Generator, area: float) -> Contour:
    """Draw a long convex polygon, 3 to 8 times as long as it is wide.

    Args:
        rng: Source of the random numbers.
        area: In square pixels.

    Returns:
        (P, 2) corners in order, x first, rounded to 1/1024 pixel.
    """
    contour = _polar(_directions(rng, int(rng.integers(5, 10)), 0.2), 1.0)
    contour[:, 0] *= rng.uniform(3, 8)
    x, y = contour.T
    own = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    return np.rint(contour * np.sqrt(area / own) * 1024) / 1024


def _directions(rng: np.random.Generator, num: int,
                jitter: float) -> NDArray[np.float64]:
    """Spread angles over the circle, each moved by a share of the step."""
    step = 2 * np.pi / num
    offset = rng.uniform(-jitter, jitter, num)
    return step * (np.arange(num) + offset) + rng.uniform(0, 2 * np.pi)


def _polar(
    angles: NDArray[np.float64], radii: NDArray[np.float64] | float
) -> Contour:
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], -1)


def _convex(rng: np.random.Generator, num_corners: tuple[int, int]) -> Contour:
    """Put corners on an ellipse, which keeps them convex."""
    low, high = num_corners
    angles = _directions(rng, int(rng.integers(low, high + 1)), 0.2)
    contour = _polar(angles, np.ones_like(angles))
    contour[:, 1] *= rng.uniform(0.55, 1)
    return contour


def _star(rng: np.random.Generator) -> Contour:
    """Put 7 to 12 corners at random distances, one of them a dent.

    With at least 7 corners and this jitter, the chord between the dent's
    neighbours passes the centre at 0.5 or more, so a dent at 0.4 is
    reflex.
    """
    num = int(rng.integers(7, 13))
    angles = _directions(rng, num, 0.15)
    radii = rng.uniform(0.45, 1, num)
    dent = int(rng.integers(num))
    radii[dent - 1] = radii[(dent + 1) % num] = 1
    radii[dent] = 0.4
    return _polar(angles, radii)


def _blob(rng: np.random.Generator) -> Contour:
    """Add random harmonics to a circle."""
    angles = 2 * np.pi * np.arange(96) / 96
    radii = np.ones(96)
    for order in range(2, 7):
        amplitude = rng.uniform(0, 0.5) / order
        radii += amplitude * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
    return _polar(angles, np.maximum(radii, 0.3))
