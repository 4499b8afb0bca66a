"""Where a point lies in the permutohedral lattice.

The lattice A*_d is the projection of the integer grid Z^(d+1) along the
vector of ones. A point x of the hyperplane lies in the simplex of the grid
points ``floor(x) + e`` where e is 1 for the t largest fractional parts, for
t = 0..d, and its barycentric weights are the gaps between the sorted
fractional parts. Grid points that differ by a multiple of the ones are one
lattice point.

Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the
Permutohedral Lattice", Eurographics 2010, Sections 3 and 4. The simplex is
found by sorting fractional parts instead of remainders modulo d + 1, which
gives the same points and weights.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

# A fractional part is an integer of 27 bits. The three bits below hold the
# number of its coordinate, so that minima and maxima sort both at once.
_FRACTION_BITS = 27
_INDEX_BITS = 3
_UNIT = 2.0**-(_FRACTION_BITS + _INDEX_BITS)
# How far the digits of a corner and of its neighbours may lie outside the
# range of the points' digits, rounding of the points included.
_MARGIN = 4

MAX_DIMENSIONS = 2**_INDEX_BITS - 1
"""Largest number d of features that :func:`enclosing_simplex` can sort."""


@dataclass(frozen=True)
class LatticeCode:
    """A linear code that numbers the lattice points of a box.

    The digits of the number are the differences of consecutive grid
    coordinates, which do not change along the vector of ones.

    Attributes:
        steps: What each of the d + 1 grid coordinates adds; the sum is 0.
        offset: Number of the origin.
        size: The numbers of the box are in 0..size - 1.
    """

    steps: tuple[int, ...]
    offset: int
    size: int

    @classmethod
    def around(cls, features: Tensor) -> 'LatticeCode':
        """Cover some points and every neighbour of their simplices.

        Args:
            features: (d, P) points in units of :func:`lattice_scale`.
        """
        # With p = features and x = elevate(p):
        # x_i - x_(i+1) = (i + 2) p_i - i p_(i-1)
        place, offset = 1, 0
        places = [0]
        low_before = high_before = 0.0
        for i, row in enumerate(features):
            low, high = float(row.amin()), float(row.amax())
            first = math.floor((i + 2) * low - i * high_before) - _MARGIN
            last = math.ceil((i + 2) * high - i * low_before) + _MARGIN
            places.append(place)
            offset -= first * place
            place *= last - first + 1
            low_before, high_before = low, high
        places.append(0)
        steps = tuple(new - old for old, new in pairwise(places))
        return cls(steps, offset, place)


def lattice_scale(num_features: int) -> Tensor:
    """Factors (d,) that make the blur of the lattice a unit Gaussian.

    Source: Adams et al. 2010, Section 4; the grid has spacing 1 here instead
    of d + 1.
    """
    i = torch.arange(num_features, dtype=torch.float64)
    return (math.sqrt(2 / 3) / ((i + 1) * (i + 2)).sqrt()).float()


def elevate(features: Tensor) -> Tensor:
    """Rotate points into the hyperplane of coordinates that add up to 0.

    Args:
        features: (d, P) points in units of :func:`lattice_scale`.

    Returns:
        (d + 1, P) coordinates.
    """
    d, num_points = features.shape
    elevated = features.new_empty(d + 1, num_points)
    rest = torch.zeros_like(features[0])
    for i in range(d, 0, -1):
        torch.sub(rest, features[i - 1], alpha=i, out=elevated[i])
        rest = rest + features[i - 1]
    elevated[0] = rest
    return elevated


def enclosing_simplex(features: Tensor, code: LatticeCode,
                      dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Find the corners around points, and the weights of the corners.

    Args:
        features: (d, P) float32 points in units of :func:`lattice_scale`.
        code: Numbers of the lattice points.
        dtype: Integer type that holds them.

    Returns:
        (d + 1, P) numbers of the corners, and float32 weights that are not
        negative and add up to 1.
    """
    elevated = elevate(features)
    floor = elevated.floor()
    ranked = _descending_fractions(elevated - floor)
    whole = floor.to(dtype)
    corners = whole.new_empty(whole.shape)
    corners[0] = code.offset
    for i, step in enumerate(code.steps):
        corners[0].add_(whole[i], alpha=step)
    weights = torch.empty_like(elevated)
    weights[0] = (ranked[-1] - ranked[0]).float().mul_(_UNIT).add_(1)
    # Reversed as the fractions' numbers are.
    steps = whole.new_tensor(code.steps[::-1])
    index_mask = 2**_INDEX_BITS - 1
    for t, (upper, lower) in enumerate(pairwise(ranked), start=1):
        added = steps.index_select(0, upper & index_mask)
        torch.add(corners[t - 1], added, out=corners[t])
        torch.mul((upper - lower).float(), _UNIT, out=weights[t])
    return corners, weights


def _descending_fractions(fractions: Tensor) -> list[Tensor]:
    """Sort (d + 1, P) fractions per point, with their numbers.

    Returns:
        d + 1 times (P,) int32: fraction, then d minus the number of the
        coordinate, so that of equal fractions the first coordinate leads.
    """
    count = len(fractions)
    numbers = torch.arange(
        count - 1, -1, -1, dtype=torch.int32, device=fractions.device
    )
    packed = (fractions * 2**_FRACTION_BITS).int()
    packed = packed * 2**_INDEX_BITS + numbers[:, None]
    rows = list(packed)
    # Odd-even transposition: vector operations only, few rows to sort.
    for round_ in range(count):
        for i in range(round_ % 2, count - 1, 2):
            rows[i], rows[i + 1] = (
                torch.maximum(rows[i], rows[i + 1]),
                torch.minimum(rows[i], rows[i + 1]),
            )
    return rows
