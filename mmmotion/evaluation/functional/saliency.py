"""Measures between a soft mask and a binary one, for still images."""

from typing import NamedTuple

import numpy as np

BETA_SQUARED = 0.3
NUM_LEVELS = 256
PROBABILITY_THRESHOLDS = np.arange(1, NUM_LEVELS - 1) / (NUM_LEVELS - 1)
"""Thresholds of the maximal F-measure in unsupervised segmentation."""

_LOWEST = 1e-6


class PrecisionRecall(NamedTuple):
    """Precision and recall of one image at many thresholds.

    Attributes:
        precision: (N,) share of the prediction that is right.
        recall: (N,) share of the annotation that is found.
    """

    precision: np.ndarray
    recall: np.ndarray


def stretch(prediction: np.ndarray) -> np.ndarray:
    """Stretch a soft mask to its own range, as many programs do.

    Args:
        prediction: (H, W) soft mask.

    Returns:
        (H, W) mask that spans [0, 1]; a constant mask stays as it is.
    """
    low, high = prediction.min(), prediction.max()
    return prediction if low == high else (prediction - low) / (high - low)


def foreground_probability(
    foreground: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Weigh a soft mask against another, as the released GWM does.

    Args:
        foreground: (H, W) soft mask in [0, 1].
        background: (H, W) soft mask in [0, 1].

    Returns:
        (H, W) share of the foreground, each mask counted as at least 1e-6 and
        at most 1 - 1e-6.
    """
    masks = np.stack([foreground, background])
    limit = masks.dtype.type(_LOWEST)
    fore, back = np.clip(masks, limit, 1 - limit)
    return fore / (fore + back)


def mean_absolute_error(
    prediction: np.ndarray, annotation: np.ndarray
) -> float:
    """Average the absolute difference over the pixels.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Returns:
        The error in [0, 1].
    """
    check_soft_mask(prediction, annotation)
    return float(np.abs(prediction - annotation).mean())


def pixel_accuracy(prediction: np.ndarray, annotation: np.ndarray) -> float:
    """Measure the share of right pixels at a threshold of one half.

    Args:
        prediction: (H, W) soft mask in [0, 1], foreground strictly above 0.5.
        annotation: (H, W) bool mask.

    Returns:
        The share in [0, 1].
    """
    check_soft_mask(prediction, annotation)
    return float(((prediction > 0.5) == annotation).mean())


def image_iou(prediction: np.ndarray, annotation: np.ndarray) -> float:
    """Measure the intersection over union at a threshold of one half.

    An empty union counts as 0, unlike in the measure J of videos.

    Args:
        prediction: (H, W) soft mask in [0, 1], foreground strictly above 0.5.
        annotation: (H, W) bool mask.

    Returns:
        The similarity in [0, 1].
    """
    check_soft_mask(prediction, annotation)
    found = prediction > 0.5
    union = int((found | annotation).sum())
    return int((found & annotation).sum()) / union if union else 0.0


def precision_recall_above(
    prediction: np.ndarray, annotation: np.ndarray, thresholds: np.ndarray
) -> PrecisionRecall:
    """Threshold a soft mask the way that unsupervised segmentation does.

    Pixels strictly above a threshold are foreground; an empty prediction has
    precision 1, an empty annotation recall 1. Compared are 32-bit floats, so
    that the thresholds ``k / 255`` treat 8-bit masks as the original programs
    do.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.
        thresholds: (N,) thresholds.

    Returns:
        Precision and recall at each threshold.
    """
    check_soft_mask(prediction, annotation)
    hits, found = _counts_above(prediction, annotation, thresholds)
    total = int(annotation.sum())
    return PrecisionRecall(
        np.where(found > 0, hits / np.maximum(found, 1), 1.0),
        hits / total if total else np.ones(len(hits)),
    )


def precision_recall_levels(
    prediction: np.ndarray, annotation: np.ndarray
) -> PrecisionRecall:
    """Threshold a soft mask the way that salient-object toolboxes do.

    The prediction is cut to 8 bits, then foreground at or above each of the
    256 levels, highest first; an empty prediction has precision 0.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Returns:
        Precision and recall at each level.
    """
    hits, found = counts_at_levels(prediction, annotation)
    return PrecisionRecall(
        hits / np.maximum(found, 1),
        hits / max(int(annotation.sum()), 1),
    )


def f_beta(
    precision: np.ndarray,
    recall: np.ndarray,
    beta_squared: float = BETA_SQUARED,
) -> np.ndarray:
    """Weigh precision and recall.

    Args:
        precision: (...) values in [0, 1].
        recall: (...) values in [0, 1].
        beta_squared: Weight of recall against precision.

    Returns:
        (...) F-measure in [0, 1], 0 where both are 0.
    """
    precision = np.asarray(precision, dtype=np.float64)
    above = (1 + beta_squared) * precision * recall
    below = beta_squared * precision + recall
    return above / np.where(below == 0, 1.0, below)


def adaptive_threshold(prediction: np.ndarray) -> float:
    """Take twice the mean of a soft mask as its threshold, at most 1.

    Args:
        prediction: (H, W) soft mask in [0, 1].

    Returns:
        The threshold, at or above which a pixel is foreground.
    """
    return min(2 * float(prediction.mean()), 1.0)


def adaptive_f_beta(
    prediction: np.ndarray,
    annotation: np.ndarray,
    beta_squared: float = BETA_SQUARED,
) -> float:
    """Compute the F-measure at the adaptive threshold.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.
        beta_squared: Weight of recall against precision.

    Returns:
        The F-measure, 0 if no pixel is hit.
    """
    check_soft_mask(prediction, annotation)
    found = prediction >= adaptive_threshold(prediction)
    hits = int((found & annotation).sum())
    if hits == 0:
        return 0.0
    precision = np.array(hits / int(found.sum()))
    recall = np.array(hits / int(annotation.sum()))
    return float(f_beta(precision, recall, beta_squared))


def counts_at_levels(prediction: np.ndarray,
                     annotation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count pixels at or above each 8-bit level, highest level first.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Returns:
        (256,) foreground pixels inside of the annotation, and (256,) all
        foreground pixels.
    """
    check_soft_mask(prediction, annotation)
    levels = (prediction * (NUM_LEVELS - 1)).astype(np.uint8)
    hits = np.bincount(levels[annotation], minlength=NUM_LEVELS)
    found = np.bincount(levels.ravel(), minlength=NUM_LEVELS)
    return np.cumsum(hits[::-1]), np.cumsum(found[::-1])


def check_soft_mask(prediction: np.ndarray, annotation: np.ndarray) -> None:
    """Refuse anything but a soft mask and a boolean one of its size.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Raises:
        TypeError: If the annotation is not boolean or the prediction is not
            a float array.
        ValueError: If the sizes differ or a value lies outside of [0, 1].
    """
    if annotation.dtype != np.bool_:
        raise TypeError(
            f'expected a boolean annotation, got {annotation.dtype}'
        )
    if not np.issubdtype(prediction.dtype, np.floating):
        raise TypeError(
            f'expected a float prediction in [0, 1], got {prediction.dtype}'
        )
    if prediction.shape != annotation.shape or prediction.ndim != 2:
        raise ValueError(
            f'prediction of shape {prediction.shape} does not fit an '
            f'annotation of shape {annotation.shape}'
        )
    if not (prediction.min() >= 0 and prediction.max() <= 1):
        raise ValueError(
            'expected a prediction in [0, 1], got values from '
            f'{prediction.min()} to {prediction.max()}'
        )


def _counts_above(
    prediction: np.ndarray, annotation: np.ndarray, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    limits = np.asarray(thresholds, dtype=np.float32)

    def count(values: np.ndarray) -> np.ndarray:
        """Number of values above each limit."""
        ordered = np.sort(values, axis=None)
        return ordered.size - np.searchsorted(ordered, limits, side='right')

    single = prediction.astype(np.float32)
    return count(single[annotation]), count(single)
