"""Agreement of layers with annotated ones, over a clip."""

import numpy as np

from .object_assignment import assign_objects

_MIN_SHARE = 1e-6


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
    layers = layers.reshape(*layers.shape[:2], -1).astype(np.float32)
    objects = objects.reshape(*objects.shape[:2], -1).astype(np.float32)
    both = layers @ objects.transpose(0, 2, 1)
    union = layers.sum(-1)[:, :, None] + objects.sum(-1)[:, None] - both
    iou = np.where(union > 0, both / np.maximum(union, 1), 1)
    columns = np.arange(iou.shape[2])
    matched = iou[:, assign_objects(iou.mean(axis=0)), columns]
    present = objects.mean(axis=(0, 2)) > _MIN_SHARE
    if not present.any():
        return np.zeros(len(iou))
    return matched[:, present].mean(axis=1)
