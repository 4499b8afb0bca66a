"""Procedural textures that tile the plane.

A texture is a scalar field in [0, 1], coloured by a palette of three colours.
Everything is computed in float64 by elementwise steps and rounded to 8 bits
at the end, so that the bytes do not depend on machine or threads.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]
Size = tuple[int, int]
Range = tuple[float, float]


@dataclass(frozen=True)
class TextureFamily:
    """Distribution of textures.

    Attributes:
        patterns: Names of the fields, drawn with equal chance.
        feature: Smallest and largest size of the pattern in pixels.
        saturation: Range of the palette's saturation, within [0, 1].
        value: Range of the palette's brightness, within [0, 1].
        hue_spread: Largest distance of a hue from the palette's first one,
            in turns.
        neutral: Chance that one of the colours is nearly grey.
        roughness: Factor from each octave of the noise to the next finer.
    """

    patterns: tuple[str, ...]
    feature: Range
    saturation: Range
    value: Range
    hue_spread: float
    neutral: float
    roughness: float


def background_family(height: int) -> TextureFamily:
    """Return muted, smooth textures with large features.

    Args:
        height: Frame height in pixels, to which feature sizes relate.
    """
    return TextureFamily(
        patterns=('noise', 'marble', 'ridges'),
        feature=(0.35 * height, 0.8 * height),
        saturation=(0.08, 0.5),
        value=(0.22, 0.8),
        hue_spread=0.12,
        neutral=0.0,
        roughness=0.58,
    )


def object_family(height: int, contrast: float) -> TextureFamily:
    """Move from the background's family to patterned, saturated textures.

    Args:
        height: Frame height in pixels.
        contrast: In [0, 1]. 0 returns the background's family, 1 the
            opposite end; ranges between them are interpolated.
    """
    base = background_family(height)
    if contrast == 0:
        return base

    def mix(start: float, end: float) -> float:
        """Between the background's value and that of full contrast."""
        return start + contrast * (end - start)

    def mix_pair(start: Range, end: Range) -> Range:
        """Both ends of a range between two ranges."""
        return mix(start[0], end[0]), mix(start[1], end[1])

    sizes = [math.log(size) for size in base.feature]
    finest = math.log(0.04 * height), math.log(0.09 * height)
    small, large = mix_pair((sizes[0], sizes[1]), finest)

    return TextureFamily(
        patterns=('stripes', 'checks', 'cells', 'spots', 'noise'),
        feature=(math.exp(small), math.exp(large)),
        saturation=mix_pair(base.saturation, (0.35, 1.0)),
        value=mix_pair(base.value, (0.3, 1.0)),
        hue_spread=mix(base.hue_spread, 0.35),
        neutral=0.6 * contrast,
        roughness=mix(base.roughness, 0.7),
    )


def draw_texture(rng: np.random.Generator, size: Size,
                 family: TextureFamily) -> NDArray[np.uint8]:
    """Draw a random texture of a family.

    Args:
        rng: Source of the random numbers.
        size: (h, w) of the tile.
        family: Distribution to draw from.

    Returns:
        (h, w, 3) RGB tile whose opposite borders match.
    """
    pattern = family.patterns[int(rng.integers(len(family.patterns)))]
    feature = rng.uniform(*family.feature)
    field = _PATTERNS[pattern](rng, size, feature, family.roughness)
    coarse = max(size) / 3
    shading = fractal_noise(rng, size, coarse, 0.5, finest=coarse / 2)
    return _colour(field, _palette(rng, family), 1 + 0.05 * shading)


def fractal_noise(
    rng: np.random.Generator,
    size: Size,
    feature: float,
    roughness: float,
    finest: float = 3,
) -> Field:
    """Sum octaves of periodic noise, from a coarse to a fine one.

    Args:
        rng: Source of the random numbers.
        size: (h, w) of the tile.
        feature: Size of the coarsest features in pixels.
        roughness: Factor from each octave to the next.
        finest: Size of the finest features in pixels.

    Returns:
        (h, w) field of mean 0 and variance 1.
    """
    total = np.zeros(size)
    weight = 1.0
    while feature >= finest:
        cells = [max(2, round(side / feature)) for side in size]
        lattice = rng.uniform(-1, 1, cells)
        total += weight * _upsample(_upsample(lattice, size[0]).T, size[1]).T
        feature, weight = feature / 2, weight * roughness
    total -= total.mean()
    return total / max(float(total.std()), 1e-12)


def _upsample(lattice: Field, length: int) -> Field:
    """Interpolate the first axis by a periodic cubic B-spline."""
    num = len(lattice)
    place = np.arange(length) * (num / length)
    index = np.floor(place).astype(np.intp)
    t = (place - index)[:, None]
    weights = ((1 - t)**3, 3 * t**3 - 6 * t**2 + 4,
               1 + 3 * t + 3 * t**2 - 3 * t**3, t**3)
    out = np.zeros((length, lattice.shape[1]))
    for shift, weight in enumerate(weights):
        out += weight * lattice[(index + shift - 1) % num]
    return out / 6


def _noise(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    return 0.5 + 0.25 * fractal_noise(rng, size, feature, roughness)


def _marble(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    """Bend slow waves by strong noise."""
    bend = fractal_noise(rng, size, feature, roughness)
    phase = _phase(rng, size, 2 * feature)
    return 0.5 + 0.5 * np.sin(phase + 1.6 * bend)


def _ridges(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    """Fold noise at its mean, which leaves soft crests."""
    field = fractal_noise(rng, size, feature, roughness)
    return 1 - 0.55 * np.sqrt(field * field + 0.02)


def _phase(rng: np.random.Generator, size: Size, period: float) -> Field:
    """Return the phase of a plane wave that fits the tile.

    The wave vector is the one of whole cycles that is nearest to a random
    direction and the period in pixels.
    """
    angle = rng.uniform(0, np.pi)
    along_x = round(size[1] / period * np.cos(angle))
    along_y = round(size[0] / period * np.sin(angle))
    if along_x == along_y == 0:
        along_y = 1
    rows = np.arange(size[0])[:, None] * (along_y / size[0])
    cols = np.arange(size[1])[None, :] * (along_x / size[1])
    return 2 * np.pi * (rows + cols + rng.uniform())


def _bands(phase: Field, period: float) -> Field:
    """Turn a phase into bands whose edges are about two pixels wide."""
    return np.clip(0.5 + np.sin(phase) * (period / 9), 0, 1)


def _stripes(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    del roughness
    bend = rng.uniform(0, 1) * fractal_noise(rng, size, 6 * feature, 0.4)
    return _bands(_phase(rng, size, feature) + bend, feature)


def _checks(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    del roughness
    period = 1.6 * feature
    bands = []
    for side in size:
        turns = max(1, round(side / period)) / side * np.arange(side)
        bands.append(_bands(2 * np.pi * (turns + rng.uniform()), period))
    y, x = bands[0][:, None], bands[1][None, :]
    middle = rng.uniform(0, 0.5)  # 0.5 makes a tartan, 0 a chess board
    return x * (1 - y) + y * (1 - x) + 2 * middle * x * y


def _nearest_points(rng: np.random.Generator, size: Size,
                    feature: float) -> tuple[Field, Field, NDArray[np.intp]]:
    """Scatter one point per cell of a periodic grid.

    Returns:
        (h, w) distances in pixels to the nearest and to the second nearest
        point, and the number of the nearest one.
    """
    cells = [max(3, round(side / feature)) for side in size]
    jitter = rng.uniform(0.1, 0.9, (*cells, 2))
    pitch = np.array([size[0] / cells[0], size[1] / cells[1]])
    y, x = (np.arange(side, dtype=np.float64) for side in size)
    row, col = (y // pitch[0]).astype(int), (x // pitch[1]).astype(int)
    best = np.full(size, np.inf)
    second = best.copy()
    owner = np.zeros(size, np.intp)
    for shift in range(9):
        r, c = row + shift // 3 - 1, col + shift % 3 - 1
        spot = np.ix_(r % cells[0], c % cells[1])
        offset = jitter[spot]
        dy = (r[:, None] + offset[..., 0]) * pitch[0] - y[:, None]
        dx = (c[None, :] + offset[..., 1]) * pitch[1] - x[None, :]
        distance = np.sqrt(dy * dy + dx * dx)
        closer = distance < best
        second = np.where(closer, best, np.minimum(second, distance))
        number = spot[0] * cells[1] + spot[1]
        owner = np.where(closer, number, owner)
        best = np.where(closer, distance, best)
    return best, second, owner


def _cells(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    """Fill each cell of a Voronoi diagram with a level of its own."""
    del roughness
    best, second, owner = _nearest_points(rng, size, 1.4 * feature)
    levels = rng.uniform(0.25, 1, int(owner.max()) + 1)
    return levels[owner] * np.clip((second - best) / 2.5, 0, 1)


def _spots(
    rng: np.random.Generator, size: Size, feature: float, roughness: float
) -> Field:
    """Draw a disc around each point."""
    del roughness
    best, _, owner = _nearest_points(rng, size, 1.5 * feature)
    levels = rng.uniform(0.55, 1, int(owner.max()) + 1)
    radius = rng.uniform(0.3, 0.5) * feature
    return levels[owner] * np.clip((radius - best) / 2 + 0.5, 0, 1)


_PATTERNS: dict[str, Callable[..., Field]] = dict(
    noise=_noise,
    marble=_marble,
    ridges=_ridges,
    stripes=_stripes,
    checks=_checks,
    cells=_cells,
    spots=_spots,
)


def _palette(rng: np.random.Generator, family: TextureFamily) -> Field:
    """Draw (3, 3) RGB colours in [0, 1] that differ in brightness."""
    hue = rng.uniform() + family.hue_spread * rng.uniform(-1, 1, 3)
    saturation = rng.uniform(*family.saturation, 3)
    low, high = family.value
    value = low + (high - low) * (np.arange(3) + rng.uniform(0, 1, 3)) / 3
    if rng.uniform() < family.neutral:
        saturation[rng.integers(3)] *= 0.15
    order = rng.permutation(3)
    sector = (hue[:, None] * 6 + np.array([0, 4, 2])) % 6
    pure = np.clip(np.abs(sector - 3) - 1, 0, 1)
    colours = value[:, None] * (1 - saturation[:, None] * (1 - pure))
    return colours[order]


def _colour(field: Field, palette: Field, gain: Field) -> NDArray[np.uint8]:
    """Interpolate between the colours and shade the result."""
    place = 2 * np.clip(field, 0, 1)[..., None]
    first = np.clip(place, 0, 1)
    second = np.clip(place - 1, 0, 1)
    colours = (
        palette[0] + first * (palette[1] - palette[0]) + second *
        (palette[2] - palette[1])
    )
    return np.rint(255 * np.clip(colours * gain[..., None], 0, 1)).astype('u1')
