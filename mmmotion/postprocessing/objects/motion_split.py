"""One region, or several that move differently."""

import cv2
import numpy as np
import torch

from mmmotion.flow import otsu_threshold

from .affine_region import Pixels, fit_affine, list_pixels
from .mask_shapes import (
    components,
    count_pixels,
    distance_to,
    open_mask,
    window,
)

# Motions that differ by less than this share of the region's own one belong
# to one object, such as limbs to a body.
_RELATIVE_TOLERANCE = 0.25
_MIN_SHARE = 0.1
_MIN_GAIN = 0.5
_NUM_ROUNDS = 3
_BLUR = 5


def motion_tolerance(
    residual: np.ndarray, mask: np.ndarray, threshold: float
) -> float:
    """Difference in pixels up to which motions in a region count as one."""
    length = float(np.median(np.hypot(*residual[:, mask])))
    return max(threshold, _RELATIVE_TOLERANCE * length)


def split_by_motion(
    residual: np.ndarray,
    mask: np.ndarray,
    threshold: float,
    min_area: int,
    depth: int = 2,
) -> list[np.ndarray]:
    """Divide a region into parts if one affine motion does not explain it.

    Two affine motions are fitted in turn with the parts that they explain
    best, from the two classes into which Otsu's threshold divides the flow
    along the axis of its largest variance. They are taken if the truncated
    squared error falls by at least half of the share of the smaller part: if
    half of its pixels could not be explained before, and can be now. Neither
    may be less than a tenth of the region. Where they meet, their motions have
    to differ by more than the tolerance: what turns about a joint, as limbs
    do, moves alike there, and stays whole.

    Args:
        residual: (2, h, w) flow without that of the background, in pixels.
        mask: (h, w) bool, not empty.
        threshold: Length of the residual in pixels above which a pixel moves.
        min_area: Least number of pixels of a part.
        depth: How often parts are divided again.

    Returns:
        (h, w) bool parts that make up the region, the largest first.
    """
    area = count_pixels(mask)
    least = max(min_area, round(_MIN_SHARE * area))
    if depth < 1 or area < 2 * least:
        return [mask]
    rows, columns = window(mask, margin=1)
    inner, flow = mask[rows, columns], residual[:, rows, columns]
    flow = np.ascontiguousarray(flow)
    tolerance = motion_tolerance(flow, inner, threshold)
    second = _divide(flow, inner, tolerance, least)
    if second is None:
        return [mask]
    other = np.zeros_like(mask)
    other[rows, columns] = second
    parts = [
        part for half in (mask & ~other, other) for part in
        split_by_motion(residual, half, threshold, min_area, depth - 1)
    ]
    return sorted(parts, key=lambda part: -count_pixels(part))


def _divide(
    flow: np.ndarray, mask: np.ndarray, tolerance: float, least: int
) -> np.ndarray | None:
    """The part of a region that moves otherwise, if there is one."""
    pixels = list_pixels(flow, mask)
    area = len(pixels.flow)
    one = _errors(
        pixels, fit_affine(pixels, np.ones(area), tolerance), tolerance
    )
    if one.mean() < _MIN_GAIN * least / area:  # nothing to gain
        return None
    second = _tidy(mask & _upper_class(flow, mask), mask, least)
    for _ in range(_NUM_ROUNDS):
        if not least <= count_pixels(second) <= area - least:
            return None
        chosen = second[mask]
        fits = [
            fit_affine(pixels, part.astype(np.float64), tolerance)
            for part in (~chosen, chosen)
        ]
        errors = [_errors(pixels, fit, tolerance) for fit in fits]
        second = _tidy(
            mask & (_smooth(errors[1] - errors[0], mask) < 0), mask, least
        )
    num_second = count_pixels(second)
    if not least <= num_second <= area - least:
        return None
    share = min(num_second, area - num_second) / area
    gain = float((one - np.where(second[mask], errors[1], errors[0])).mean())
    border = _border(second, mask)[mask]
    slip = np.hypot(*(fits[1] - fits[0])[border].T)
    hinged = len(slip) > 0 and np.median(slip) < tolerance
    return None if hinged or gain < _MIN_GAIN * share else second


def _errors(
    pixels: Pixels, fitted: np.ndarray, tolerance: float
) -> np.ndarray:
    """(n,) squared error over the tolerance's, at most 1."""
    return np.minimum(((pixels.flow - fitted)**2).sum(axis=1) / tolerance**2,
                      1)


def _smooth(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Average the values of the pixels of a mask around each pixel."""
    image = np.zeros(mask.shape)
    image[mask] = values
    return cv2.blur(image, (_BLUR, _BLUR))


def _border(second: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Pixels of either part that are next to the other one."""
    kernel = np.ones((3, 3), np.uint8)
    first = mask & ~second
    near_first, near_second = (
        cv2.dilate(part.astype(np.uint8), kernel) > 0
        for part in (first, second)
    )
    return (first & near_second) | (second & near_first)


def _upper_class(flow: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Pixels on one side along the axis on which the flow varies most."""
    values = flow[:, mask].astype(np.float64)
    axis = np.linalg.eigh(np.cov(values))[1][:, -1]
    along = np.tensordot(axis, flow, axes=1)
    inside = along[mask]
    low, high = np.quantile(inside, (0.02, 0.98))
    inside = np.clip(inside, low, high) - low
    threshold = float(otsu_threshold(torch.from_numpy(inside)[None]))
    return along - low > threshold


def _tidy(second: np.ndarray, mask: np.ndarray, least: int) -> np.ndarray:
    """Leave to each side only what is compact and large."""
    large = components(open_mask(second), max(1, least // 2))
    second = np.logical_or.reduce([np.zeros_like(mask), *large])
    first = components(open_mask(mask & ~second), max(1, least // 2))
    if not first:
        return mask
    # What is left over goes to the nearer side.
    rest = np.logical_or.reduce(first)
    return mask & (distance_to(second) <= distance_to(rest))
