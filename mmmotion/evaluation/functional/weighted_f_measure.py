"""Weighted F-measure of a soft and a binary mask."""

import numpy as np
from scipy.ndimage import convolve, distance_transform_edt

from .saliency import check_soft_mask

_EPS = np.spacing(1)


def weighted_f_measure(
    prediction: np.ndarray,
    annotation: np.ndarray,
    beta_squared: float = 1.0
) -> float:
    """Weigh errors by where they lie before taking the F-measure.

    Errors next to right pixels of the object count less, errors far away
    from the object count more.

    Source: Margolin et al., "How to Evaluate Foreground Maps?", CVPR 2014.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.
        beta_squared: Weight of recall against precision.

    Returns:
        The F-measure in [0, 1], 0 for an empty annotation.
    """
    check_soft_mask(prediction, annotation)
    if not annotation.any():
        return 0.0
    distance, nearest = distance_transform_edt(
        ~annotation, return_indices=True
    )
    error = np.abs(prediction - annotation)
    carried = error[nearest[0], nearest[1]]
    smooth = convolve(carried, _gaussian(), mode='constant', cval=0)
    error = np.where(annotation, np.minimum(smooth, error), error)
    importance = np.where(
        annotation, 1.0, 2 - np.exp(np.log(0.5) / 5 * distance)
    )
    weighted = error * importance
    hits = annotation.sum() - weighted[annotation].sum()
    recall = 1 - weighted[annotation].mean()
    precision = hits / (hits + weighted[~annotation].sum() + _EPS)
    above = (1 + beta_squared) * recall * precision
    return float(above / (recall + beta_squared * precision + _EPS))


def _gaussian(size: int = 7, sigma: float = 5.0) -> np.ndarray:
    offsets = np.arange(size) - (size - 1) / 2
    squared = offsets[:, None]**2 + offsets**2
    kernel = np.exp(-squared / (2 * sigma**2))
    return kernel / kernel.sum()
