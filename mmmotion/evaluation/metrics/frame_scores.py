"""Scores of the foreground of one frame."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from mmmotion.evaluation.functional import (
    OracleChoice,
    boundary_f,
    jaccard,
    oracle_assignment,
    oracle_region,
    oracle_side,
)

ORACLES = ('side', 'region', 'assignment')

Scores = dict[str, float]


def score_frame(
    sample: Mapping,
    threshold: float | None = None,
    oracle: Sequence[str] = (),
) -> Scores | None:
    """Compare the foreground of a frame with its annotation.

    Args:
        sample: Data sample with ``pred_seg`` and ``gt_masks``, and with
            ``pred_masks`` or ``pred_regions`` where an option needs them.
        threshold: Foreground is where the soft masks of the objects add up to
            more than this; None takes ``pred_seg`` as it is.
        oracle: Names out of :data:`ORACLES`.

    Returns:
        J and F by name, those of an oracle under ``oracle_<name>_J`` and
        ``oracle_<name>_F``; None if the frame is not annotated.

    Raises:
        ValueError: If a key is missing or two sizes differ.
    """
    if sample.get('gt_masks') is None:
        return None
    where = f"{sample['video_id']}/{sample['frame_id']}"
    annotation = _annotation(sample, where)
    prediction = _prediction(sample, threshold, where)
    if prediction.shape != annotation.shape:
        raise ValueError(
            f'{where}: the prediction is {prediction.shape} but gt_masks are '
            f'{annotation.shape}; predictions have to be resized to the '
            'annotation (ori_shape)'
        )
    scores = dict(
        J=jaccard(prediction, annotation),
        F=boundary_f(prediction, annotation),
    )
    for name in oracle:
        choice = _choose(name, prediction, annotation, sample, where)
        scores[f'oracle_{name}_J'] = choice.score
        scores[f'oracle_{name}_F'] = boundary_f(choice.mask, annotation)
    return scores


def _annotation(sample: Mapping, where: str) -> np.ndarray:
    objects = _numpy(sample['gt_masks'])
    if objects.ndim != 3 or objects.dtype != np.bool_:
        raise ValueError(
            f'{where}: expected gt_masks as a (O, H, W) bool array, got '
            f'{objects.shape} {objects.dtype}'
        )
    return np.any(objects, axis=0)


def _prediction(
    sample: Mapping, threshold: float | None, where: str
) -> np.ndarray:
    if threshold is None:
        return _numpy(_field(sample, 'pred_seg', where)) > 0
    masks = _numpy(_field(sample, 'pred_masks', where))
    return masks[1:].sum(axis=0) > threshold


def _choose(
    name: str,
    prediction: np.ndarray,
    annotation: np.ndarray,
    sample: Mapping,
    where: str,
) -> OracleChoice:
    if name == 'side':
        return oracle_side(prediction, annotation)
    regions = torch.nn.functional.interpolate(
        torch.as_tensor(_field(sample, 'pred_regions', where))[None].float(),
        size=annotation.shape,
        mode='bilinear',
        align_corners=False,
    )[0]
    choose = oracle_region if name == 'region' else oracle_assignment
    return choose(_numpy(regions), annotation)


def _field(sample: Mapping, key: str, where: str) -> np.ndarray | torch.Tensor:
    if sample.get(key) is None:
        raise ValueError(
            f'{where}: the data sample has no {key}, only {sorted(sample)}'
        )
    return sample[key]


def _numpy(values: np.ndarray | torch.Tensor) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        return values.detach().cpu().numpy()
    return np.asarray(values)
