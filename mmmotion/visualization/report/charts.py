"""Lines over time as inline SVG."""

from collections.abc import Sequence

import numpy as np

MAX_POINTS = 1000
_WIDTH, _HEIGHT = 1000, 100
_STEPS = (1, 2, 5)


def bin_means(values: np.ndarray, max_points: int) -> np.ndarray:
    """Average neighbouring values down to a number of points.

    Args:
        values: One value per frame, NaN where there is none.
        max_points: Largest length of the result.

    Returns:
        The values, or as many means as are asked for; NaN where no value of
        a mean is known.
    """
    array = values.astype(float)
    if len(array) <= max_points:
        return array
    edges = np.arange(max_points) * len(array) // max_points
    known = np.isfinite(array)
    sums = np.add.reduceat(np.where(known, array, 0), edges)
    counts = np.add.reduceat(known.astype(int), edges)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def round_up(value: float) -> float:
    """Smallest of 1, 2, 5, 10, 20 ... times a power of ten not below."""
    if not value > 0:
        return 1.0
    power = 10.0**np.floor(np.log10(value))
    steps = [step * power for step in (*_STEPS, 10)]
    # A value that is a step but for rounding is that step.
    return float(next(step for step in steps if step >= value * (1 - 1e-9)))


def draw_lines(
    lines: Sequence[np.ndarray],
    colors: Sequence[str],
    names: Sequence[str],
    top: float,
) -> str:
    """Draw lines that share one axis, stretched to any width by the page.

    A line is broken where a value is NaN, and a value alone is a dot.

    Args:
        lines: Values of each line, one per point in time, at least 0.
        colors: CSS colour of each line.
        names: Class of each line, for the page to show and hide it.
        top: Value at the upper edge.

    Returns:
        An ``svg`` element.
    """
    paths = []
    for values, color, name in zip(lines, colors, names):
        line, area = _paths(values, top)
        if line:
            paths.append(
                f'<g class="{name}"><path class="area" d="{area}" '
                f'fill="{color}"/><path class="line" d="{line}" '
                f'stroke="{color}"/></g>'
            )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true">{"".join(paths)}</svg>'
    )


def _paths(values: np.ndarray, top: float) -> tuple[str, str]:
    """The line and the area below it, as path data."""
    x = (np.arange(len(values)) + 0.5) / len(values) * _WIDTH
    y = _HEIGHT * (1 - np.minimum(values / top, 1))
    line, area = [], []
    known = np.flatnonzero(np.isfinite(values))
    breaks = np.flatnonzero(np.diff(known) > 1) + 1
    for run in np.split(known, breaks):
        if not len(run):
            continue
        points = [f'{_short(x[i])},{_short(y[i])}' for i in run]
        rest = f'L{" ".join(points[1:])}' if len(run) > 1 else 'h0.01'
        line.append(f'M{points[0]}{rest}')
        if len(run) > 1:
            area.append(
                f'M{_short(x[run[0]])},{_HEIGHT}L{" ".join(points)}'
                f'V{_HEIGHT}Z'
            )
    return ''.join(line), ''.join(area)


def _short(value: float) -> str:
    return f'{value:.1f}'.removesuffix('.0')
