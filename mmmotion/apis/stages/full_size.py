"""From soft masks at working size to labels at the size of the video."""

import cv2
import numpy as np

_SURE = 0.5


def object_masks(
    groups: np.ndarray, labels: np.ndarray, num_objects: int
) -> np.ndarray:
    """Give each object its share of the soft foreground.

    Args:
        groups: (K, h, w) float32 soft masks without the background.
        labels: (h, w) numbers of the objects, 0 background.
        num_objects: Number of objects O.

    Returns:
        (O, h, w) float32 soft masks in [0, 1]; what is soft around an object
        belongs to the nearest one.
    """
    foreground = groups.sum(axis=0).clip(0, 1)
    if num_objects == 0:
        return np.zeros((0, *labels.shape), np.float32)
    nearest = np.ones_like(labels) if num_objects == 1 else _spread(labels)
    # Sure foreground without a number was dropped.
    nearest[(labels == 0) & (foreground > _SURE)] = 0
    numbers = np.arange(1, num_objects + 1)[:, None, None]
    return foreground * (nearest == numbers)


def full_labels(masks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge soft masks and decide on every pixel.

    Args:
        masks: (O, h, w) float32 soft masks of the objects.
        size: (H, W) of the video.

    Returns:
        (H, W) uint8, 0 background, 1..O objects.
    """
    labels = np.zeros(size, np.uint8)
    foreground = np.zeros(size, np.float32)
    best = np.zeros(size, np.float32)
    for number, mask in enumerate(masks, start=1):
        large = cv2.resize(
            mask, (size[1], size[0]), interpolation=cv2.INTER_LINEAR
        )
        foreground += large
        wins = large > best
        labels[wins] = number
        best[wins] = large[wins]
    labels[foreground <= _SURE] = 0
    return labels


def _spread(labels: np.ndarray) -> np.ndarray:
    """Give every pixel the number of the nearest object."""
    if not labels.any():
        return labels.copy()
    free = (labels == 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(nearest.max() + 1, labels.dtype)
    taken = free == 0
    table[nearest[taken]] = labels[taken]
    return table[nearest]
