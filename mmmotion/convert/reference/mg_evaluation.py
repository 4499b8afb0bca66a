"""How the release of Motion Grouping scores the masks of several flows."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from mmmotion.evaluation.functional import (
    box_iou,
    jaccard,
    largest_box,
    oracle_region,
)
from mmmotion.postprocessing import border_share

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


def _leave_border(mask: np.ndarray) -> np.ndarray:
    """Invert a soft mask that covers more than half of the border."""
    return 1 - mask if border_share(torch.from_numpy(mask)) > 0.5 else mask


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
    choices = [oracle_region(regions, annotation) for regions in large]
    slots = np.array([choice.regions[0] for choice in choices])
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
    coarse_scores = [oracle_region(r, annotation).score for r in coarse]
    scores: dict[str, np.ndarray | float] = dict(
        eval_train_iou=float(np.mean(coarse_scores)),
        eval_iou_single=choices[0].score,
        eval_iou_mean=jaccard(mean > 0.5, annotation),
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
