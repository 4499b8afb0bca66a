"""Scores of masks in Guess What Moves (``gwm_metrics.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.evaluation.functional import (
    PROBABILITY_THRESHOLDS,
    f_beta,
    foreground_probability,
    image_iou,
    pixel_accuracy,
    precision_recall_above,
)
from mmmotion.postprocessing import border_score

from .comparison import Comparison

_ATOL = 1e-6


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Choose the foreground by the border, and score both groups.

    Args:
        state: Not used, scores have no weights.
        arrays: ``masks`` (N, 2, h, w) soft groups, ``targets`` (N, h, w)
            annotations, 0 or not, and of the results ``edgeness`` and
            ``background`` (border rule), ``acc``, ``iou``,
            ``f_max_precision``, ``f_max_recall``, ``mean_acc``, ``mean_iou``,
            ``f_max`` and ``f_beta`` (images), and ``video_iou`` those that
            there are.

    Yields:
        One comparison per result in the file.
    """
    del state
    if 'masks' not in arrays or 'targets' not in arrays:
        return
    masks = np.asarray(arrays['masks'], np.float32)
    truths = np.asarray(arrays['targets']) > 0
    edgeness = border_score(torch.from_numpy(masks)).numpy()
    background = edgeness.argmax(axis=1)
    pairs = [(foreground_probability(groups[1 - back], groups[back]), truth)
             for groups, truth, back in zip(masks, truths, background)]
    curves = [
        precision_recall_above(*pair, PROBABILITY_THRESHOLDS) for pair in pairs
    ]
    half = [precision_recall_above(*pair, np.array([0.5])) for pair in pairs]
    accuracies = [pixel_accuracy(*pair) for pair in pairs]
    ious = [image_iou(*pair) for pair in pairs]
    results = dict(
        edgeness=edgeness,
        background=background,
        acc=accuracies,
        iou=ious,
        f_max_precision=[curve.precision for curve in curves],
        f_max_recall=[curve.recall for curve in curves],
        mean_acc=np.mean(accuracies),
        mean_iou=np.mean(ious),
        f_max=np.mean([f_beta(*curve) for curve in curves], axis=0).max(),
        f_beta=np.mean([f_beta(*curve) for curve in half]),
        video_iou=[[image_iou(group, truth) for group in groups]
                   for groups, truth in zip(masks, truths)],
    )
    for name, value in results.items():
        if name in arrays:
            yield Comparison(name, value, arrays[name], _ATOL)
