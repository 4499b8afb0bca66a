"""Which region continues which followed one."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from .regions import Region
from .trace import Trace

_MIN_SCORE = 0.2
_BONUS = 0.5
_PATIENCE = 0.97


def overlap_score(mask: np.ndarray, other: np.ndarray) -> float:
    """Mean of intersection over union and over the smaller mask."""
    both = int((mask & other).sum())
    areas = int(mask.sum()), int(other.sum())
    if not both:
        return 0.0
    return 0.5 * both / (sum(areas) - both) + 0.5 * both / min(areas)


def link_score(region: Region, trace: Trace, by_group: bool) -> float:
    """How well a region continues a followed one, at least 0.

    Their overlap where the latter is expected, if it goes on or rests, the
    less the longer it was not seen; and a bonus for what was cut out of the
    foreground for it, or is of the same group.
    """
    score = overlap_score(region.mask, trace.moving)
    if trace.num_missed:
        score = max(score, overlap_score(region.mask, trace.resting))
    score *= _PATIENCE**trace.num_missed
    if by_group:
        return score + _BONUS * (region.group == trace.group)
    # One that was split by motion goes on as the part that overlaps most.
    return score + _BONUS * (score > 0 and region.expected == trace.number)


def link(
    regions: Sequence[Region],
    traces: Mapping[int, Trace],
    by_group: bool = False,
) -> dict[int, int]:
    """Assign regions to followed ones so that the sum of scores is largest.

    Args:
        regions: Regions of a frame.
        traces: Followed regions by number.
        by_group: Whether the groups of a model keep their meaning from frame
            to frame.

    Returns:
        Number of the followed region by index of the region, none twice;
        pairs that score less than 0.2 are left out.
    """
    if not regions or not traces:
        return {}
    numbers = list(traces)
    scores = np.array([[
        link_score(region, traces[number], by_group) for number in numbers
    ] for region in regions])
    scores[scores < _MIN_SCORE] = 0
    rows, columns = linear_sum_assignment(-scores)
    return {
        int(row): numbers[column]
        for row, column in zip(rows, columns) if scores[row, column] > 0
    }
