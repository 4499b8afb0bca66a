"""A quantile of a stream of scores in little memory."""

import math

import numpy as np

_LOWEST = 0.01
_RATIO = 1.05
_NUM_BINS = 240
_QUANTILE = 0.75


class ScoreHistogram:
    """Counts positive scores in bins that grow by 5 %, from 0.01 to 1200."""

    def __init__(self) -> None:
        self.counts = np.zeros(_NUM_BINS, np.int64)

    def add(self, score: float) -> None:
        """Count one score."""
        steps = math.log(max(score, _LOWEST) / _LOWEST) / math.log(_RATIO)
        self.counts[min(int(steps), _NUM_BINS - 1)] += 1

    def merge(self, other: 'ScoreHistogram') -> None:
        """Count all scores of another histogram too."""
        self.counts += other.counts

    def typical(self) -> float:
        """Score that a quarter of all exceed, to 2.5 %.

        An object may rest for most of a video, but errors that last for some
        frames must not count. NaN if there is none; 0 in the lowest bin.
        """
        total = self.counts.sum()
        if not total:
            return math.nan
        rank = max(1, math.ceil(_QUANTILE * total))
        index = int(np.searchsorted(self.counts.cumsum(), rank))
        return _LOWEST * _RATIO**(index + 0.5) if index else 0.0
