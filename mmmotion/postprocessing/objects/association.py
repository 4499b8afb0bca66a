"""Which region continues which followed one."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from .regions import Region
from .trace import Trace

_MIN_SCORE = 0.2
_BONUS = 0.5
_PATIENCE = 0.97


def overlap_scores(
    masks: Sequence[np.ndarray], others: Sequence[np.ndarray]
) -> np.ndarray:
    """Compare every mask with every other one.

    Args:
        masks: M masks (h, w), bool.
        others: N masks (h, w), bool.

    Returns:
        (M, N) means of intersection over union and over the smaller mask.
    """
    first, second = (
        np.stack(group).reshape(len(group), -1).astype(np.float32)
        for group in (masks, others)
    )
    both = (first @ second.T).astype(np.float64)
    areas = first.sum(axis=1)[:, None], second.sum(axis=1)
    union = areas[0] + areas[1] - both
    smaller = np.minimum(*areas)
    return 0.5 * both / np.maximum(union,
                                   1) + 0.5 * both / np.maximum(smaller, 1)


def _link_scores(
    regions: Sequence[Region], traces: Sequence[Trace], by_group: bool
) -> np.ndarray:
    """(R, N) how well each region continues each followed one, at least 0.

    Their overlap where the latter is expected, if it goes on or rests, the
    less the longer it was not seen; and a bonus for what was cut out of the
    foreground for it, or is of the same group.
    """
    masks = [region.mask for region in regions]
    scores = overlap_scores(masks, [trace.moving for trace in traces])
    missed = [i for i, trace in enumerate(traces) if trace.num_missed]
    if missed:
        resting = overlap_scores(masks, [traces[i].resting for i in missed])
        scores[:, missed] = np.maximum(scores[:, missed], resting)
    scores *= [_PATIENCE**trace.num_missed for trace in traces]
    if by_group:
        groups = np.array([region.group for region in regions])
        same = groups[:, None] == [trace.group for trace in traces]
        return scores + _BONUS * same
    # One that was split by motion goes on as the part that overlaps most.
    expected = np.array([region.expected or 0 for region in regions])
    same = expected[:, None] == [trace.number for trace in traces]
    return scores + _BONUS * ((scores > 0) & same)


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
    scores = _link_scores(regions, list(traces.values()), by_group)
    scores[scores < _MIN_SCORE] = 0
    rows, columns = linear_sum_assignment(-scores)
    return {
        int(row): numbers[column]
        for row, column in zip(rows, columns) if scores[row, column] > 0
    }
