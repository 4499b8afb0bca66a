"""Boxes around masks, for videos annotated with boxes (MoCA)."""

import cv2
import numpy as np
from numpy.typing import ArrayLike

Box = tuple[float, float, float, float]

SUCCESS_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
_FOREGROUND_GREY = 25.5
_BORDER_GREY = 127.5


def border_fraction(mask: np.ndarray) -> float:
    """Measure how much of the image border a grey mask covers.

    Args:
        mask: (H, W) uint8 grey mask.

    Returns:
        Share of the border pixels that are brighter than half of the range.
    """
    border = np.ones(mask.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    return float((mask[border] > _BORDER_GREY).mean())


def mask_to_box(mask: np.ndarray) -> Box | None:
    """Find the box of the object in a grey mask.

    A mask that covers more than half of the border is inverted first, which
    needs no annotation. Of the outer contours above a tenth of the grey range
    the one with the largest bounding box wins, so a long thin streak beats a
    compact object.

    Source: released evaluation of Yang et al., "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021.

    Args:
        mask: (H, W) uint8 grey mask.

    Returns:
        (left, top, right, bottom) in pixels, right and bottom exclusive, or
        None if the mask is empty.

    Raises:
        ValueError: If the mask is not a uint8 image.
    """
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise ValueError(
            f'expected a (H, W) uint8 mask, got {mask.shape} {mask.dtype}'
        )
    if border_fraction(mask) > 0.5:
        mask = 255 - mask
    return largest_box(mask > _FOREGROUND_GREY)


def largest_box(mask: np.ndarray, region: str = 'box') -> Box | None:
    """Find the box around one of the regions of a mask.

    Args:
        mask: (H, W) bool mask; pixels that touch at a corner are connected.
        region: Which region counts: ``'box'`` the one with the largest
            bounding box, so that a long thin streak beats a compact object
            (released evaluation of Motion Grouping), or ``'component'`` the
            one of most pixels (its paper).

    Returns:
        See :func:`mask_to_box`.

    Raises:
        ValueError: If the region is unknown.
    """
    binary = mask.astype(np.uint8)
    if region == 'component':
        stats = cv2.connectedComponentsWithStats(binary, connectivity=8)[2]
        order = stats[1:, cv2.CC_STAT_AREA].tolist()
        boxes = stats[1:, :4].tolist()
    elif region == 'box':
        contours, _ = cv2.findContours(
            binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        boxes = [cv2.boundingRect(contour) for contour in contours]
        order = [box[2] * box[3] for box in boxes]
    else:
        raise ValueError(
            f"expected region to be 'box' or 'component', got {region!r}"
        )
    if not boxes:
        return None
    x, y, width, height = boxes[int(np.argmax(order))]
    return float(x), float(y), float(x + width), float(y + height)


def scale_box(
    box: Box, size: tuple[int, int], new_size: tuple[int, int]
) -> Box:
    """Move a box to an image of another size.

    Args:
        box: (left, top, right, bottom).
        size: (H, W) of its image.
        new_size: (H, W) of the other image.
    """
    y, x = new_size[0] / size[0], new_size[1] / size[1]
    return box[0] * x, box[1] * y, box[2] * x, box[3] * y


def box_iou(prediction: Box | None, annotation: Box) -> float:
    """Measure the intersection over union of two boxes.

    Args:
        prediction: (left, top, right, bottom), right and bottom exclusive;
            None for no box, which scores 0.
        annotation: Annotated box in the same image.

    Returns:
        The similarity in [0, 1].
    """
    if prediction is None:
        return 0.0
    width = min(prediction[2],
                annotation[2]) - max(prediction[0], annotation[0])
    height = min(prediction[3],
                 annotation[3]) - max(prediction[1], annotation[1])
    overlap = max(width, 0.0) * max(height, 0.0)
    union = _area(prediction) + _area(annotation) - overlap
    return overlap / union if union > 0 else 0.0


def success_rates(
    ious: ArrayLike, thresholds: ArrayLike = SUCCESS_THRESHOLDS
) -> np.ndarray:
    """Count how often boxes overlap well enough.

    Args:
        ious: Overlap of each frame of the data set.
        thresholds: Overlaps that have to be exceeded strictly.

    Returns:
        Share of frames above each threshold.
    """
    above = np.asarray(ious)[:, None] > np.asarray(thresholds)
    return above.mean(axis=0)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
