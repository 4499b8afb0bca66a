"""Boundary accuracy F."""

import math

import cv2
import numpy as np

from .disk_reach import count_near
from .hard_masks import check_masks

DEFAULT_TOLERANCE = 0.008


def boundary_map(mask: np.ndarray) -> np.ndarray:
    """Mark the boundary of a mask, one pixel wide.

    The boundary lies half a pixel to the top left of the true one: a pixel
    belongs to it when it differs from its right, lower or lower-right
    neighbour. Neighbours outside of the image do not count, so a mask that
    fills the image has no boundary.

    Args:
        mask: (H, W) bool mask.

    Returns:
        (H, W) bool boundary pixels.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If the mask has not two axes.
    """
    check_masks(mask, mask)
    boundary = np.zeros(mask.shape, dtype=bool)
    right = mask[:, 1:] ^ mask[:, :-1]
    below = mask[1:] ^ mask[:-1]
    # A 2x2 block is uniform unless two of its edge neighbours differ, which
    # spares the comparison along the diagonal.
    inner = boundary[:-1, :-1]
    np.logical_or(right[:-1], right[1:], out=inner)
    np.logical_or(inner, below[:, :-1], out=inner)
    boundary[-1, :-1] = right[-1]
    boundary[:-1, -1] = below[:, -1]
    return boundary


def tolerance_radius(
    shape: tuple[int, int], tolerance: float = DEFAULT_TOLERANCE
) -> int:
    """Turn a tolerance into the radius of a disk.

    Args:
        shape: (H, W) of the masks.
        tolerance: Share of the image diagonal if below 1, else pixels.

    Returns:
        The radius in whole pixels, rounded up.

    Raises:
        ValueError: If the tolerance is negative.
    """
    if tolerance < 0:
        raise ValueError(f'tolerance must not be negative, got {tolerance}')
    if tolerance >= 1:
        return math.ceil(tolerance)
    return math.ceil(tolerance * float(np.linalg.norm(shape)))


def boundary_f(
    prediction: np.ndarray,
    annotation: np.ndarray,
    void: np.ndarray | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
) -> float:
    """Measure how well two boundaries match within a small distance.

    Precision is the share of the predicted boundary that lies within the
    tolerance of the annotated one, recall the same the other way round.
    Where one mask has no boundary, its share is 1 and that of the other 0;
    two masks without boundary agree perfectly. Void pixels are background in
    both masks, so a hole cut into both has a boundary in both.

    Source: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology
    for Video Object Segmentation", CVPR 2016, Sec. 4, in the form of the
    official programs (dilation by a disk instead of a bipartite matching).

    Args:
        prediction: (H, W) bool predicted mask.
        annotation: (H, W) bool annotated mask.
        void: (H, W) bool pixels that are background in both.
        tolerance: Share of the image diagonal if below 1, else pixels.

    Returns:
        The F-measure in [0, 1].

    Raises:
        TypeError: If a mask is not boolean.
        ValueError: If the sizes differ or the tolerance is negative.
    """
    check_masks(prediction, annotation, void)
    radius = tolerance_radius(annotation.shape, tolerance)
    if void is not None:
        prediction = prediction & ~void
        annotation = annotation & ~void
    found, wanted = boundary_map(prediction), boundary_map(annotation)
    num_found = np.count_nonzero(found)
    num_wanted = np.count_nonzero(wanted)
    if num_found == 0 or num_wanted == 0:
        return float(num_found == num_wanted)
    window = _bounding_box(found, wanted)
    hits, covered = count_near(found[window], wanted[window], radius)
    precision, recall = hits / num_found, covered / num_wanted
    if precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


def _bounding_box(*maps: np.ndarray) -> tuple[slice, slice]:
    boxes = np.array([cv2.boundingRect(each.view(np.uint8)) for each in maps])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return slice(top, bottom), slice(left, right)
