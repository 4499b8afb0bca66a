"""Gaussian filter over scattered points in a few dimensions."""

import numpy as np
import torch
from torch import Tensor

from .simplex import (
    MAX_DIMENSIONS,
    LatticeCode,
    enclosing_simplex,
    lattice_scale,
)
from .splatting import scipy_splatting, torch_splatting

# Points per step on a CPU: their corners stay in the cache.
_CPU_CHUNK = 2**15


class PermutohedralLattice:
    """Approximate sums with Gaussian weights over scattered points.

    Calling it with values v returns, for every point i, about
    ``sum_j exp(-|f_i - f_j|^2 / 2) v_j`` up to one common factor, in time
    linear in the number of points: values are spread over the corners of the
    simplices around the points, blurred along the d + 1 axes of the lattice
    with the weights 1/4, 1/2, 1/4, and read back. What the lattice looks like
    is found once, in the constructor.

    Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the
    Permutohedral Lattice", Eurographics 2010. Corners are matched by sorting
    instead of hashing, which vectorises and always gives the same order.

    Args:
        features: (B, d, N) float32 positions in units of the Gaussian's
            deviation. Points of different samples do not see one another.

    Attributes:
        num_points: Number of lattice points of all samples.

    Raises:
        ValueError: If the shape is another one, a feature is not finite, or
            the features span more cells than there are numbers.
    """

    def __init__(self, features: Tensor) -> None:
        _check(features)
        corners, weights, keys, steps = _embed(features.float())
        self.num_points = len(keys)
        self._neighbours = [_neighbours(keys, step) for step in steps]
        make = scipy_splatting if keys.is_cpu else torch_splatting
        self._splat, self._slice = make(corners, weights, self.num_points)

    def __call__(self, values: Tensor) -> Tensor:
        """Filter some channels.

        Args:
            values: (C, B * N) float32, points in the order of the features.

        Returns:
            (C, B * N) filtered values.
        """
        return torch.stack([self._filter(channel) for channel in values])

    def _filter(self, values: Tensor) -> Tensor:
        """Splat, blur and slice (P,) values."""
        m = self.num_points
        # The last entry stays 0: it stands for neighbours that do not exist.
        points = values.new_zeros(m + 1)
        points[:m] = self._splat(values)
        blurred = torch.zeros_like(points)
        sides = values.new_empty(2 * m)
        for neighbours in self._neighbours:
            torch.index_select(points, 0, neighbours, out=sides)
            torch.add(sides[:m], sides[m:], out=blurred[:m])
            blurred.mul_(0.5).add_(points).mul_(0.5)
            points, blurred = blurred, points
        return self._slice(points[:m])


def _check(features: Tensor) -> None:
    if features.ndim != 3 or not 1 <= features.shape[1] <= MAX_DIMENSIONS:
        raise ValueError(
            f'expected features (B, d, N) with d in 1..{MAX_DIMENSIONS}, got '
            f'{tuple(features.shape)}'
        )
    if not features.numel():
        raise ValueError(f'no points in features {tuple(features.shape)}')
    if not torch.isfinite(features.sum()):
        raise ValueError('expected finite features, got NaN or infinity')


def _embed(features: Tensor) -> tuple[Tensor, Tensor, Tensor, tuple[int, ...]]:
    """Place points in the lattice.

    Returns:
        (P, d + 1) int32 corners and float32 weights of the P = B * N points,
        the (M,) sorted keys of the lattice points, and the steps of the keys
        along the axes.
    """
    num_samples, d, num_features = features.shape
    flat = features.transpose(0, 1).reshape(d, -1)
    flat = flat * lattice_scale(d).to(flat.device)[:, None]
    code = LatticeCode.around(flat)
    dtype = _key_type(code, num_samples)
    total = flat.shape[1]
    weights = flat.new_empty(total, d + 1)
    corners = flat.new_empty((total, d + 1), dtype=torch.int32)
    found, count = [], 0
    chunk = _CPU_CHUNK if flat.is_cpu else total
    for start in range(0, total, chunk):
        stop = min(start + chunk, total)
        keys, shares = enclosing_simplex(flat[:, start:stop], code, dtype)
        if num_samples > 1:
            point = torch.arange(start, stop, device=flat.device)
            sample = point.div(num_features, rounding_mode='floor')
            keys += sample.to(dtype) * code.size
        weights[start:stop] = shares.T
        unique, inverse = _unique(keys.flatten())
        corners[start:stop] = inverse.view(keys.shape).T + count
        found.append(unique)
        count += len(unique)
    keys, numbers = _unique(torch.cat(found))
    corners = numbers.index_select(0, corners.flatten()).view(corners.shape)
    return corners, weights, keys, code.steps


def _key_type(code: LatticeCode, num_samples: int) -> torch.dtype:
    """The smallest type that numbers the lattice points of all samples."""
    needed = code.size * num_samples
    # Merging neighbours takes one bit more.
    for dtype in (torch.int32, torch.int64):
        if needed < torch.iinfo(dtype).max // 2:
            return dtype
    raise ValueError(
        f'the features span {needed:.1e} lattice cells, more than can be '
        'numbered: use larger deviations'
    )


def _unique(keys: Tensor) -> tuple[Tensor, Tensor]:
    """Sorted unique keys, and (n,) int32 place of every key among them.

    ``torch.unique`` does the same, at several times the cost on a CPU.
    """
    ordered, order = keys.sort()
    is_new = torch.ones_like(ordered, dtype=torch.bool)
    torch.ne(ordered[1:], ordered[:-1], out=is_new[1:])
    places = is_new.cumsum(0, dtype=torch.int32) - 1
    inverse = torch.empty_like(places).scatter_(0, order, places)
    return ordered[is_new], inverse


def _neighbours(keys: Tensor, step: int) -> Tensor:
    """Find the neighbours of all lattice points along one axis.

    Args:
        keys: (M,) sorted keys.
        step: What a step along the axis adds to a key.

    Returns:
        (2 * M,) indices of the neighbours after and before; M if there is
        none.
    """
    m = len(keys)
    match = _merge_matches if keys.is_cpu else _search_matches
    here, there = match(keys, step)
    sides = torch.full((2, m), m, dtype=torch.int64, device=keys.device)
    sides[0, here] = there
    sides[1, there] = here
    return sides.flatten()


def _merge_matches(keys: Tensor, step: int) -> tuple[Tensor, Tensor]:
    """Index pairs (i, j) with ``keys[j] == keys[i] + step``, on a CPU.

    Both sides are sorted, and numpy merges sorted runs in linear time.
    """
    marked = torch.cat([2 * keys, 2 * (keys + step) + 1]).numpy()
    marked.sort(kind='stable')
    odd = marked & 1
    pair = np.flatnonzero((marked[1:] - marked[:-1] == 1) & odd[1:])
    num_odd = odd.cumsum()[pair]
    return torch.from_numpy(num_odd), torch.from_numpy(pair - num_odd)


def _search_matches(keys: Tensor, step: int) -> tuple[Tensor, Tensor]:
    """The same pairs on any device."""
    wanted = keys + step
    place = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
    here = (keys[place] == wanted).nonzero().squeeze(1)
    return here, place[here]
