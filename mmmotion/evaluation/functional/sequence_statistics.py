"""From the scores of frames to those of a sequence."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

RECALL_THRESHOLD = 0.5


class SequenceStatistics(NamedTuple):
    """The three figures that DAVIS reports for a sequence.

    Attributes:
        mean: Mean over the frames whose score is known.
        recall: Share of frames with a score strictly above one half; a frame
            without a score counts as a failure.
        decay: Mean of the first quarter of the frames minus mean of the last;
            negative if the method gets better with time.
    """

    mean: float
    recall: float
    decay: float


def sequence_statistics(values: ArrayLike) -> SequenceStatistics:
    """Summarise the scores of a sequence.

    Neighbouring quarters share their border frame, as in the official
    programs. These hold the borders in 8 bits and so compute a wrong decay
    for more than 256 frames; here the borders are exact.

    Source: Perazzi et al., CVPR 2016, Sec. 4, and the DAVIS-2016 and
    DAVIS-2017 toolkits.

    Args:
        values: (T,) score of each frame in temporal order, NaN if unknown.

    Returns:
        Mean, recall and decay; all NaN for a sequence without frames.

    Raises:
        ValueError: If the values do not form one row.
    """
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 1:
        raise ValueError(f'expected one value per frame, got {scores.shape}')
    if scores.size == 0:
        return SequenceStatistics(*[float('nan')] * 3)
    borders = np.round(np.linspace(1, scores.size, 5) + 1e-10).astype(int) - 1
    first = scores[borders[0]:borders[1] + 1]
    last = scores[borders[3]:borders[4] + 1]
    return SequenceStatistics(
        mean=known_mean(scores),
        recall=float((scores > RECALL_THRESHOLD).mean()),
        decay=known_mean(first) - known_mean(last),
    )


def known_mean(values: np.ndarray) -> float:
    """Average the values that are not NaN.

    Args:
        values: Any number of values.

    Returns:
        Their mean, NaN if none is known.
    """
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float('nan')
