"""Non-rigid motion: thin-plate splines between key poses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arithmetic import Values, log, smooth_step, solve
from .shapes import Contour

_NODES = 24
_STEEPEST = 0.6
_NEWTON_STEPS = 5


@dataclass(frozen=True, eq=False)
class Bending:
    """Displacement of the points of a layer in its own coordinates.

    It is given on a lattice, bilinear in between and constant outside, and
    changes over time from key pose to key pose. Its slope is bounded, so
    that no two points ever meet and there is an inverse.

    Attributes:
        origin: (2,) position of the first node, x first.
        spacing: (2,) distance of the nodes.
        keys: (P, rows, cols, 2) displacements of the key poses in pixels.
        times: (P,) ascending times of the key poses, the first is 0.
    """

    origin: Values
    spacing: Values
    keys: Values
    times: Values

    def displace(self, x: Values, y: Values,
                 time: float) -> tuple[Values, Values]:
        """Displace (N,) x and y coordinates as at a time in frames."""
        (u, v), _, _ = self._look_up(x, y, self._lattice(time))
        return x + u, y + v

    def undo(self, x: Values, y: Values, time: float) -> tuple[Values, Values]:
        """Find the points that ``displace`` takes to some places.

        Newton's method with a fixed number of steps, for equal bytes.

        Args:
            x: (N,) horizontal coordinates after the displacement.
            y: (N,) vertical coordinates after the displacement.
            time: In frames.

        Returns:
            The (N,) x and y coordinates before it.
        """
        lattice = self._lattice(time)
        (u, v), _, _ = self._look_up(x, y, lattice)
        at_x, at_y = x - u, y - v
        for _ in range(_NEWTON_STEPS):
            (u, v), (ux, vx), (uy, vy) = self._look_up(at_x, at_y, lattice)
            miss_x, miss_y = at_x + u - x, at_y + v - y
            det = (1 + ux) * (1 + vy) - uy * vx
            at_x = at_x - ((1 + vy) * miss_x - uy * miss_y) / det
            at_y = at_y - ((1 + ux) * miss_y - vx * miss_x) / det
        return at_x, at_y

    def _lattice(self, time: float) -> Values:
        """Displacements of the nodes at a time, (2, rows * cols)."""
        last = len(self.times) - 1
        after = int(np.searchsorted(self.times, time, side='right'))
        first, second = min(after - 1, last), min(after, last)
        lattice = self.keys[first]
        if second > first:
            length = self.times[second] - self.times[first]
            share = smooth_step((time - self.times[first]) / length)
            lattice = lattice + share * (self.keys[second] - lattice)
        return np.ascontiguousarray(lattice.reshape(-1, 2).T)

    def _look_up(self, x: Values, y: Values,
                 lattice: Values) -> tuple[Values, Values, Values]:
        """Interpolate displacements.

        Returns:
            The (2, N) displacements and their slopes along x and along y,
            which are 0 outside the lattice.
        """
        rows, cols = self.keys.shape[1:3]
        col, right, across = _cells(x, self.origin[0], self.spacing[0], cols)
        row, down, along = _cells(y, self.origin[1], self.spacing[1], rows)
        index = row * cols + col
        a, b = lattice[:, index], lattice[:, index + 1]
        c, d = lattice[:, index + cols], lattice[:, index + cols + 1]
        top, bottom = a + right * (b - a), c + right * (d - c)
        slope = (b - a) + down * ((d - c) - (b - a))
        values = top + down * (bottom - top)
        return values, across * slope, along * (bottom - top)


def _cells(place: Values, origin: float, spacing: float,
           num: int) -> tuple[NDArray[np.intp], Values, Values]:
    """Cell of each place along an axis, share within it, inner slope."""
    steps = (place - origin) / spacing
    inside = np.clip(steps, 0, num - 1)
    cell = np.minimum(inside.astype(np.intp), num - 2)
    return cell, inside - cell, (inside == steps) / spacing


def control_grid(contour: Contour, num: int) -> Contour:
    """Spread (num * num, 2) control points over the box of an outline."""
    low, high = contour.min(axis=0), contour.max(axis=0)
    shares = np.arange(num) / (num - 1)
    x, y = (low[i] + shares * (high[i] - low[i]) for i in range(2))
    return np.stack([np.tile(x, num), np.repeat(y, num)], axis=-1)


def draw_moves(
    rng: np.random.Generator, controls: Contour, num_keys: int
) -> Values:
    """Draw where the control points are in the key poses.

    Every second point, on average, moves in a random direction by less than
    half of the way to the nearest other one.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, Sec. 4.1.

    Args:
        rng: Source of the random numbers.
        controls: (N, 2) control points.
        num_keys: P.

    Returns:
        (P, N, 2) displacements in pixels.
    """
    offsets = controls[:, None] - controls
    distances = np.sqrt((offsets * offsets).sum(axis=-1))
    np.fill_diagonal(distances, np.inf)
    nearest = distances.min(axis=1)
    shape = (num_keys, len(controls))
    length = rng.uniform(0, 0.5, shape) * nearest
    length *= rng.random(shape) < 0.5
    angle = rng.uniform(0, 2 * np.pi, shape)
    moves = length[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    # Towards 0, so that half of the distance stays out of reach.
    return np.trunc(moves * 1024) / 1024


def bend(
    rng: np.random.Generator,
    contour: Contour,
    controls: Contour,
    num_frames: int,
) -> Bending:
    """Draw the non-rigid motion of a sprite.

    Key poses follow each other after 5 to 10 frames.

    Args:
        rng: Source of the random numbers.
        contour: (P, 2) outline of the sprite.
        controls: (N, 2) control points of the splines, not all on one line.
        num_frames: Frames of the scene.
    """
    gaps = rng.integers(5, 11, size=num_frames // 5 + 2)
    times = np.concatenate([[0], np.cumsum(gaps)])
    times = times[:int(np.searchsorted(times, num_frames - 1)) + 1]
    moves = draw_moves(rng, controls, len(times))
    low, high = contour.min(axis=0), contour.max(axis=0)
    spacing = (high - low) / (_NODES - 3)
    origin = low - spacing
    steps = np.arange(_NODES)
    x, y = origin[0] + spacing[0] * steps, origin[1] + spacing[1] * steps
    nodes = np.stack([np.tile(x, _NODES), np.repeat(y, _NODES)], axis=-1)
    keys = thin_plate_spline(controls, moves, nodes)
    keys = keys.reshape(-1, _NODES, _NODES, 2)
    return Bending(origin, spacing, _flatten(keys, spacing), times * 1.0)


def _flatten(keys: Values, spacing: Values) -> Values:
    """Shrink poses so that no slope exceeds the steepest that is allowed."""
    across = np.diff(keys, axis=2) / spacing[0]
    along = np.diff(keys, axis=1) / spacing[1]
    steepest = [
        np.sqrt((slope * slope).sum(axis=-1)).max(axis=(1, 2))
        for slope in (across, along)
    ]
    # The slope in any direction is at most the root of both squares.
    slope = np.sqrt(steepest[0] * steepest[0] + steepest[1] * steepest[1])
    return keys * np.minimum(1, _STEEPEST /
                             np.maximum(slope, _STEEPEST))[:, None, None, None]


def thin_plate_spline(
    controls: Contour, moves: Values, places: Contour
) -> Values:
    """Interpolate displacements with the least bending energy.

    Source: Bookstein, "Principal Warps: Thin-Plate Splines and the
    Decomposition of Deformations", PAMI 1989.

    Args:
        controls: (N, 2) control points, not all on one line.
        moves: (P, N, 2) their displacements.
        places: (M, 2) where to evaluate the splines.

    Returns:
        (P, M, 2) displacements.

    Raises:
        ValueError: If the control points lie on one line.
    """
    num = len(controls)
    # In units of the extent, for a well-conditioned system.
    unit = np.abs(controls).max()
    points, places = controls / unit, places / unit
    system = np.zeros((num + 3, num + 3))
    system[:num, :num] = _kernel(points[:, None] - points)
    system[:num, num] = system[num, :num] = 1
    system[:num, num + 1:] = points
    system[num + 1:, :num] = points.T
    right = np.zeros((num + 3, 2 * len(moves)))
    right[:num] = moves.transpose(1, 0, 2).reshape(num, -1)
    weights = solve(system, right)
    out = weights[num] + np.zeros((len(places), 1))
    for axis in range(2):
        out = out + places[:, axis, None] * weights[num + 1 + axis]
    for point, weight in zip(points, weights):
        out += _kernel(places - point)[:, None] * weight
    return out.reshape(len(places), -1, 2).transpose(1, 0, 2)


def _kernel(offsets: Values) -> Values:
    """Return r^2 log r^2 of (..., 2) offsets, 0 at 0."""
    square = offsets[..., 0]**2 + offsets[..., 1]**2
    return square * log(np.where(square > 0, square, 1.0))
