"""Masks and soft groups as pictures."""

import cv2
import numpy as np

from .palette import palette


def overlay_segmentation(
    image: np.ndarray,
    segmentation: np.ndarray,
    alpha: float = 0.5
) -> np.ndarray:
    """Tint the objects of a segmentation and draw their outlines.

    Args:
        image: (H, W, 3) uint8 RGB.
        segmentation: (H', W') integers, 0 background and 1..O objects; a
            map of another size is resized to the image.
        alpha: Opacity of the tint in [0, 1].

    Returns:
        (H, W, 3) uint8 RGB, equal to the image on the background.

    Raises:
        ValueError: If ``alpha`` is outside [0, 1] or an array has another
            rank.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f'alpha must be in [0, 1], got {alpha}')
    _check_image(image)
    if segmentation.ndim != 2:
        raise ValueError(
            f'segmentation must be (H, W), got shape {segmentation.shape}'
        )
    height, width = image.shape[:2]
    labels = segmentation.astype(np.int32)
    if labels.shape != (height, width):
        labels = cv2.resize(
            labels.astype(np.float32), (width, height),
            interpolation=cv2.INTER_NEAREST
        ).astype(np.int32)
    colors = palette(int(labels.max(initial=0)) + 1)
    # OpenCV draws on rows that follow each other alone.
    result = image.copy(order='C')
    inside = labels > 0
    tinted = (1 - alpha) * image[inside] + alpha * colors[labels[inside]]
    result[inside] = np.rint(tinted)
    thickness = max(1, round(height / 240))
    for label in range(1, len(colors)):
        region = (labels == label).astype(np.uint8)
        contours, _ = cv2.findContours(
            region, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
        )
        color = tuple(int(value) for value in colors[label])
        cv2.drawContours(result, contours, -1, color, thickness)
    return result


def masks_to_segmentation(masks: np.ndarray) -> np.ndarray:
    """Number the objects of a stack of masks.

    Args:
        masks: (O, H, W) bool. Where masks overlap, the first one wins.

    Returns:
        (H, W) int32, 0 background and 1..O objects.
    """
    segmentation = np.zeros(masks.shape[1:], dtype=np.int32)
    for label in range(len(masks), 0, -1):
        segmentation[masks[label - 1]] = label
    return segmentation


def soft_masks_to_image(masks: np.ndarray) -> np.ndarray:
    """Mix one colour per group by the weights of the groups.

    Args:
        masks: (K, H, W) soft masks in [0, 1].

    Returns:
        (H, W, 3) uint8 RGB; the first group is black.

    Raises:
        ValueError: If the masks have another rank.
    """
    if masks.ndim != 3:
        raise ValueError(f'masks must be (K, H, W), got shape {masks.shape}')
    colors = palette(len(masks)).astype(np.float32)
    mixed = np.einsum('khw,kc->hwc', masks.astype(np.float32), colors)
    return np.rint(mixed.clip(0, 255)).astype(np.uint8)


def _check_image(image: np.ndarray) -> None:
    if image.ndim != 3 or image.shape[-1] != 3 or image.dtype != np.uint8:
        raise ValueError(
            'image must be (H, W, 3) uint8, '
            f'got shape {image.shape} and type {image.dtype}'
        )
