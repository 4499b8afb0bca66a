"""Agreement of layers with annotated ones, over a clip."""

import numpy as np

from .object_assignment import assign_objects

MIN_SHARE = 1e-6
"""Objects that fill less of a clip are not scored."""


def count_pixels(layers: np.ndarray, objects: np.ndarray) -> np.ndarray:
    """Count what every layer and every object have in common, and in all.

    Args:
        layers: (..., K, H, W) bool.
        objects: (..., O, H, W) bool.

    Returns:
        (2, ..., K, O) pixels of the intersection, and of the union.
    """
    first, second = (
        masks.reshape(*masks.shape[:-2], -1).astype(np.float32)
        for masks in (layers, objects)
    )
    both = first @ second.swapaxes(-1, -2)
    union = first.sum(-1)[..., None] + second.sum(-1)[..., None, :] - both
    return np.stack([both, union])


def iou_of_counts(counts: np.ndarray) -> np.ndarray:
    """Divide intersections by unions, (2, ...) counts; 1 if both are empty."""
    both, union = counts
    return np.where(union > 0, both / np.maximum(union, 1), 1)


def layer_iou(layers: np.ndarray, objects: np.ndarray) -> np.ndarray:
    """Match layers to objects once for the clip and score every frame.

    The matching maximises the mean of the IoU over the frames; two empty
    masks have an IoU of 1.

    Source: the evaluation in the released code of Xie, Xie, Zisserman,
    "Segmenting Moving Objects via an Object-Centric Layered Representation",
    NeurIPS 2022.

    Args:
        layers: (T, K, H, W) bool predicted masks, whole or visible.
        objects: (T, K, H, W) bool annotated masks, some of which may be
            empty throughout.

    Returns:
        (T,) mean IoU over the objects that fill more than a millionth of the
        clip; 0 if there is none.

    Raises:
        ValueError: If the shapes differ.
    """
    if layers.shape != objects.shape or layers.ndim != 4:
        raise ValueError(
            'expected layers and objects of one shape (T, K, H, W), got '
            f'{layers.shape} and {objects.shape}'
        )
    iou = iou_of_counts(count_pixels(layers, objects))
    columns = np.arange(iou.shape[2])
    matched = iou[:, assign_objects(iou.mean(axis=0)), columns]
    present = objects.mean(axis=(0, 2, 3)) > MIN_SHARE
    if not present.any():
        return np.zeros(len(iou))
    return matched[:, present].mean(axis=1)
