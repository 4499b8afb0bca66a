"""Enhanced alignment of a thresholded and a binary mask (E-measure)."""

import numpy as np

from .saliency import adaptive_threshold, check_soft_mask, counts_at_levels

_EPS = np.spacing(1)


def alignment_levels(
    prediction: np.ndarray, annotation: np.ndarray
) -> np.ndarray:
    """Measure the alignment at each of the 256 levels, highest first.

    Source: Fan et al., "Enhanced-alignment Measure for Binary Foreground Map
    Evaluation", IJCAI 2018.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Returns:
        (256,) alignment in [0, 1].
    """
    hits, found = counts_at_levels(prediction, annotation)
    return _alignment(hits, found, int(annotation.sum()), annotation.size)


def adaptive_alignment(
    prediction: np.ndarray, annotation: np.ndarray
) -> float:
    """Measure the alignment at the adaptive threshold.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.

    Returns:
        The alignment in [0, 1].
    """
    check_soft_mask(prediction, annotation)
    mask = prediction >= adaptive_threshold(prediction)
    hits = np.array([np.count_nonzero(mask & annotation)])
    found = np.array([np.count_nonzero(mask)])
    total = int(annotation.sum())
    return float(_alignment(hits, found, total, annotation.size)[0])


def _alignment(
    hits: np.ndarray, found: np.ndarray, total: int, size: int
) -> np.ndarray:
    """Alignment from counts of pixels.

    The measure adds up a function of the two centred masks. Both are binary,
    so it takes only four values, one for each kind of pixel.
    """
    norm = size - 1 + _EPS
    if total == 0:
        return (size - found) / norm
    if total == size:
        return found / norm
    share_found, share_wanted = found / size, total / size
    kinds = [
        (hits, 1.0, 1.0),
        (found - hits, 1.0, 0.0),
        (total - hits, 0.0, 1.0),
        (size - found - total + hits, 0.0, 0.0),
    ]
    summed = np.zeros(len(hits))
    for num, in_found, in_wanted in kinds:
        one, other = in_found - share_found, in_wanted - share_wanted
        aligned = 2 * one * other / (one**2 + other**2 + _EPS)
        summed += num * (aligned + 1)**2 / 4
    return summed / norm
