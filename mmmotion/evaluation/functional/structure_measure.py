"""Structural similarity of a soft and a binary mask (S-measure)."""

import numpy as np

from .saliency import check_soft_mask

_EPS = np.spacing(1)


def structure_measure(
    prediction: np.ndarray,
    annotation: np.ndarray,
    alpha: float = 0.5
) -> float:
    """Measure how well the structure of an object is kept.

    Source: Fan et al., "Structure-measure: A New Way to Evaluate Foreground
    Maps", ICCV 2017.

    Args:
        prediction: (H, W) soft mask in [0, 1].
        annotation: (H, W) bool mask.
        alpha: Weight of the object-aware part against the region-aware part.

    Returns:
        The similarity in [0, 1]. With an empty annotation it is the mean
        background, with a full one the mean foreground.
    """
    check_soft_mask(prediction, annotation)
    share = float(annotation.mean())
    if share == 0:
        return 1 - float(prediction.mean())
    if share == 1:
        return float(prediction.mean())
    inner = _object_score(prediction[annotation])
    outer = _object_score(1 - prediction[~annotation])
    object_part = share * inner + (1 - share) * outer
    region_part = _region_score(prediction, annotation)
    return max(0.0, alpha * object_part + (1 - alpha) * region_part)


def _object_score(values: np.ndarray) -> float:
    mean = values.mean()
    spread = values.std(ddof=1) if values.size > 1 else 0.0
    return float(2 * mean / (mean**2 + 1 + spread + _EPS))


def _region_score(prediction: np.ndarray, annotation: np.ndarray) -> float:
    """Similarity of the four blocks around the centre of the annotation."""
    row, column = np.argwhere(annotation).mean(axis=0).round().astype(int) + 1
    score = 0.0
    for rows in (slice(None, row), slice(row, None)):
        for columns in (slice(None, column), slice(column, None)):
            block = annotation[rows, columns]
            if block.size:
                weight = block.size / annotation.size
                found = prediction[rows, columns]
                score += weight * _block_similarity(found, block)
    return score


def _block_similarity(found: np.ndarray, wanted: np.ndarray) -> float:
    mean_found, mean_wanted = found.mean(), wanted.mean()
    from_found, from_wanted = found - mean_found, wanted - mean_wanted
    norm = max(found.size - 1, 1)
    var_found = (from_found**2).sum() / norm
    var_wanted = (from_wanted**2).sum() / norm
    covariance = (from_found * from_wanted).sum() / norm
    above = 4 * mean_found * mean_wanted * covariance
    below = (mean_found**2 + mean_wanted**2) * (var_found + var_wanted)
    if above != 0:
        return float(above / (below + _EPS))
    return float(below == 0)
