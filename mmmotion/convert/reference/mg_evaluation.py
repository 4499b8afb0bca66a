"""How the release of Motion Grouping scores the masks of several flows."""

from collections.abc import Iterator, Mapping

import numpy as np

from mmmotion.evaluation.functional import box_iou, largest_box

from .comparison import Comparison

_SCORE_ATOL = 1e-5
_MASK_ATOL = 2e-5
_PIXEL_STRIDE = (..., slice(None, None, 4), slice(None, None, 4))
_BOX_THRESHOLD = 0.1


def _enlarge(masks: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Resize (..., h, w) to (..., *size) by the nearest pixel."""
    rows, columns = (
        np.arange(new) * old // new
        for new, old in zip(size, masks.shape[-2:])
    )
    return masks[..., rows[:, None], columns]


def _overlap(mask: np.ndarray, annotation: np.ndarray) -> float:
    """Intersection over union, 0 if both are empty."""
    union = np.count_nonzero(mask | annotation)
    return np.count_nonzero(mask & annotation) / (union + 1e-12)


def _scores(masks: np.ndarray, annotation: np.ndarray) -> np.ndarray:
    """Overlap (N, K) of the soft masks of each flow and slot."""
    return np.array([[_overlap(mask > 0.5, annotation) for mask in slots]
                     for slots in masks])


def _leave_border(mask: np.ndarray) -> np.ndarray:
    """Invert a soft mask that covers more than half of the border."""
    border = np.ones(mask.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    return 1 - mask if (mask[border] > 0.5).mean() > 0.5 else mask


def _compare_all(
    computed: Mapping[str, np.ndarray | float],
    arrays: Mapping[str, np.ndarray],
    atol: float,
) -> Iterator[Comparison]:
    for name, value in computed.items():
        if name in arrays:
            yield Comparison(name, value, arrays[name], atol)


def compare_slots(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Choose the slot of each flow by the annotation, and average.

    Args:
        arrays: ``eval_masks`` (N, K, 1, h, w), ``eval_gt`` (H, W) and the
            results ``eval_*``.

    Yields:
        One comparison per result.
    """
    if 'eval_gt' not in arrays:
        return
    masks = np.asarray(arrays['eval_masks'])[:, :, 0]
    annotation = np.asarray(arrays['eval_gt']) > 0
    size = annotation.shape
    large = _enlarge(masks, size)
    slots = _scores(large, annotation).argmax(axis=1)
    picked = large[np.arange(len(large)), slots]
    mean = picked.mean(axis=0)
    coarse = _enlarge((masks > 0.5).astype(np.float32), size)
    exact: dict[str, np.ndarray | float] = dict(eval_slots=slots)
    yield from _compare_all(exact, arrays, 0.0)
    soft: dict[str, np.ndarray | float] = dict(
        eval_picked=picked[:, None][_PIXEL_STRIDE],
        eval_mean_mask=mean[None][_PIXEL_STRIDE],
    )
    yield from _compare_all(soft, arrays, _MASK_ATOL)
    scores: dict[str, np.ndarray | float] = dict(
        eval_train_iou=_scores(coarse, annotation).max(axis=1).mean(),
        eval_iou_single=_overlap(picked[0] > 0.5, annotation),
        eval_iou_mean=_overlap(mean > 0.5, annotation),
    )
    yield from _compare_all(scores, arrays, _SCORE_ATOL)


def compare_boxes(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Choose the side of the first slot by the border, and box it.

    Args:
        arrays: ``eval_masks`` (N, K, 1, h, w), ``moca_gt`` (H, W) and the
            results ``moca_*``.

    Yields:
        One comparison per result.
    """
    if 'moca_gt' not in arrays:
        return
    annotation = np.asarray(arrays['moca_gt']) > 0
    large = _enlarge(
        np.asarray(arrays['eval_masks'])[:, 0, 0], annotation.shape
    )
    sides = np.stack([_leave_border(mask) for mask in large])
    first = sides[0] > _BOX_THRESHOLD
    truth = largest_box(annotation)
    if truth is None:
        raise ValueError('expected a box in moca_gt, found an empty mask')
    exact: dict[str, np.ndarray | float] = dict(moca_first_mask=first[None])
    yield from _compare_all(exact, arrays, 0.0)
    mean = sides.mean(axis=0) > _BOX_THRESHOLD
    scores: dict[str, np.ndarray | float] = dict(
        moca_iou_single=box_iou(largest_box(first), truth),
        moca_iou_mean=box_iou(largest_box(mean), truth),
    )
    yield from _compare_all(scores, arrays, _SCORE_ATOL)
