"""From followed regions to the objects of a video."""

from collections.abc import Mapping
from typing import NamedTuple

from .joining import MIN_MASS, Joining
from .pair_history import Pair, PairHistory
from .score_histogram import ScoreHistogram
from .trace import Trace

_MIN_FRAMES = 5
_MAX_OBJECTS = 255  # labels are 8 bits


class ObjectSummary(NamedTuple):
    """Which of the provisional objects of a video are its objects.

    Attributes:
        mapping: Final number by provisional one, 0 for what is dropped.
            Objects count from 1, the one with the most pixels first.
        motion_scores: By final number, the motion score that an object
            exceeds in a quarter of its frames: the median length of its flow
            without that of the background, over the length that noise does
            not reach. Above 1 it moves. Frames in which the pictures do not
            show the motion count 0. NaN if there was no flow.
        moves: Whether any object moves; if not, all are dropped. True if
            there was no flow that could tell.
    """

    mapping: dict[int, int]
    motion_scores: dict[int, float]
    moves: bool


class _Object(NamedTuple):
    """Followed regions that are one object."""

    numbers: set[int]
    num_frames: int
    mass: int
    score: float


def summarise(
    traces: Mapping[int, Trace],
    pairs: Mapping[Pair, PairHistory],
    num_frames: int,
    num_objects: int | None = None,
    moving_only: bool = False,
    judged: bool = True,
) -> ObjectSummary:
    """Join what belongs together, and drop what is no object.

    An object is seen in five frames, or half of those of a shorter video, and
    has at least a twentieth of the pixels of the largest one.

    Args:
        traces: All followed regions by number.
        pairs: Histories of those that were seen together.
        num_frames: Length of the video.
        num_objects: Most objects to keep, the largest; 255 if None.
        moving_only: Whether to drop what stands still.
        judged: Whether there was flow; without, nothing is dropped for
            standing still.
    """
    limit = min(_MIN_FRAMES, (num_frames + 1) // 2)
    found = [
        _combine(numbers, traces)
        for numbers in Joining(traces, pairs, limit).join(num_objects)
    ]
    found.sort(key=lambda one: -one.mass)
    kept = [one for one in found if one.num_frames >= limit]
    kept = [one for one in kept if one.mass >= MIN_MASS * kept[0].mass]
    moves = not judged or any(one.score > 1 for one in kept)
    if not moves:
        kept = []
    elif moving_only and judged:
        kept = [one for one in kept if one.score > 1]
    kept = kept[:num_objects or _MAX_OBJECTS]
    mapping = dict.fromkeys(traces, 0)
    for index, one in enumerate(kept, 1):
        mapping |= dict.fromkeys(one.numbers, index)
    scores = {index: one.score for index, one in enumerate(kept, 1)}
    return ObjectSummary(mapping, scores, moves)


def _combine(numbers: set[int], traces: Mapping[int, Trace]) -> _Object:
    scores = ScoreHistogram()
    for number in numbers:
        scores.merge(traces[number].scores)
    return _Object(
        numbers,
        max(traces[number].num_frames for number in numbers),
        sum(traces[number].total_area for number in numbers),
        scores.typical(),
    )
