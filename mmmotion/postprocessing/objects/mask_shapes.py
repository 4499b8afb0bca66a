"""Shapes of masks: parts, windows, distances, and where they go."""

import cv2
import numpy as np


def count_pixels(mask: np.ndarray) -> int:
    """Number of pixels of a mask (h, w), bool; far faster than its sum."""
    return int(np.count_nonzero(mask))


def components(mask: np.ndarray, min_area: int) -> list[np.ndarray]:
    """List the connected parts of a mask, without small ones.

    Args:
        mask: (h, w) bool.
        min_area: Least number of pixels.

    Returns:
        (h, w) bool masks, the largest first; diagonal neighbours connect.
    """
    num, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    areas = stats[:, cv2.CC_STAT_AREA]
    order = 1 + np.argsort(-areas[1:num], kind='stable')
    return [labels == i for i in order if areas[i] >= min_area]


def window(mask: np.ndarray, margin: int = 0) -> tuple[slice, slice]:
    """Rows and columns of the bounding box of a mask that is not empty."""
    rows, columns = (np.flatnonzero(mask.any(axis=i)) for i in (1, 0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + 1 + margin),
        slice(max(0, columns[0] - margin), columns[-1] + 1 + margin),
    )


def distance_to(mask: np.ndarray) -> np.ndarray:
    """(h, w) distance in pixels to a mask; large everywhere if it is empty."""
    if not mask.any():
        return np.full(mask.shape, float(sum(mask.shape)), np.float32)
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)


def open_mask(mask: np.ndarray, radius: int = 1) -> np.ndarray:
    """Remove what is thinner than a square of ``2 * radius + 1`` pixels."""
    kernel = np.ones((2 * radius + 1, ) * 2, np.uint8)
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN,
                            kernel).astype(bool)


def move_mask(mask: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Send the pixels of a mask along a flow.

    Args:
        mask: (h, w) bool.
        flow: (2, h, w) in pixels, or (2, 1, 1) for one shift of all.

    Returns:
        (h, w) bool. Gaps of a pixel, as they open where the flow spreads,
        are closed; what leaves the image is lost.
    """
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    u, v = np.broadcast_to(flow, (2, height, width))[:, rows, columns]
    columns = np.rint(columns + u).astype(int)
    rows = np.rint(rows + v).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    moved = np.zeros((height, width), np.uint8)
    moved[rows[inside], columns[inside]] = 1
    kernel = np.ones((3, 3), np.uint8)
    return cv2.morphologyEx(moved, cv2.MORPH_CLOSE, kernel).astype(bool)
