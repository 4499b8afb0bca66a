"""Agreement of maps of class labels."""

import numpy as np


def confusion_matrix(
    prediction: np.ndarray,
    annotation: np.ndarray,
    num_classes: int,
    ignore_index: int = 255,
) -> np.ndarray:
    """Count pixels by annotated and predicted class.

    Args:
        prediction: (H, W) integer labels from 0 to ``num_classes`` - 1.
        annotation: (H, W) integer labels, or ``ignore_index`` where a pixel
            does not count, whatever is predicted there.
        num_classes: Number C of classes.
        ignore_index: Label of the pixels that do not count.

    Returns:
        (C, C) int64, a row for each annotated class and a column for each
        predicted one.

    Raises:
        ValueError: If the shapes differ or there are other labels.
    """
    if prediction.shape != annotation.shape:
        raise ValueError(
            f'the prediction is {prediction.shape} but the annotation is '
            f'{annotation.shape}'
        )
    counts = annotation != ignore_index
    pairs = dict(annotation=annotation[counts], prediction=prediction[counts])
    for name, labels in pairs.items():
        if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
            raise ValueError(
                f'expected labels from 0 to {num_classes - 1} in the {name}, '
                f'got {labels.min()} to {labels.max()}'
            )
    codes = (
        num_classes * pairs['annotation'].astype(np.int64) +
        pairs['prediction']
    )
    matrix = np.bincount(codes, minlength=num_classes**2)
    return matrix.reshape(num_classes, num_classes)


def class_iou(matrix: np.ndarray) -> np.ndarray:
    """Intersection over union of each class.

    Args:
        matrix: (C, C) pixels by annotated and predicted class.

    Returns:
        (C,) similarity in [0, 1], NaN for a class that is neither annotated
        nor predicted.
    """
    hits = matrix.diagonal()
    return _share(hits, matrix.sum(axis=0) + matrix.sum(axis=1) - hits)


def class_recall(matrix: np.ndarray) -> np.ndarray:
    """Share of the annotated pixels of each class that are found.

    Args:
        matrix: (C, C) pixels by annotated and predicted class.

    Returns:
        (C,) share in [0, 1], NaN for a class that is not annotated.
    """
    return _share(matrix.diagonal(), matrix.sum(axis=1))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    share = np.full(len(whole), np.nan)
    return np.divide(part, whole, out=share, where=whole > 0)
