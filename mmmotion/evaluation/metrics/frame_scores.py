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
    annotation = annotated_foreground(sample, where)
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


def annotated_foreground(sample: Mapping, where: str) -> np.ndarray:
    """Unite the annotated objects of a frame.

    Args:
        sample: Data sample with ``gt_masks`` (O, H, W).
        where: Name of the frame, for errors.

    Returns:
        (H, W) bool mask.

    Raises:
        ValueError: If the masks are of another kind.
    """
    objects = as_numpy(sample['gt_masks'])
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
        return as_numpy(require_field(sample, 'pred_seg', where)) > 0
    masks = as_numpy(require_field(sample, 'pred_masks', where))
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
        torch.as_tensor(require_field(sample, 'pred_regions',
                                      where))[None].float(),
        size=annotation.shape,
        mode='bilinear',
        align_corners=False,
    )[0]
    choose = oracle_region if name == 'region' else oracle_assignment
    return choose(as_numpy(regions), annotation)


def require_field(
    sample: Mapping, key: str, where: str
) -> np.ndarray | torch.Tensor:
    """Return an entry of a data sample.

    Args:
        sample: Data sample.
        key: Name of the entry.
        where: Name of the frame, for errors.

    Raises:
        ValueError: If there is none.
    """
    if sample.get(key) is None:
        raise ValueError(
            f'{where}: the data sample has no {key}, only {sorted(sample)}'
        )
    return sample[key]


def as_numpy(values: np.ndarray | torch.Tensor) -> np.ndarray:
    """Return an array, or what a tensor holds."""
    if isinstance(values, torch.Tensor):
        return values.detach().cpu().numpy()
    return np.asarray(values)
