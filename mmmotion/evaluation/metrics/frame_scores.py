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
from mmmotion.structures import split_into_clips

ORACLES = ('side', 'region', 'channel', 'clip', 'assignment')

# J and F of region k in one frame, and E, 1 if it is empty, for the choice of
# one in several frames.
_REGION = 'oracle_{}_{}_{}'
_PER_REGION = ('channel', 'clip')
CLIP_LENGTH = 30
"""Frames in which the release of OCLR chooses anew."""

Scores = dict[str, float]


def score_frame(
    sample: Mapping,
    threshold: float | None = None,
    oracle: Sequence[str] = (),
) -> Scores | None:
    """Compare the foreground of a frame with its annotation.

    Args:
        sample: Data sample with ``pred_seg`` and ``gt_masks``, and with
            ``pred_masks`` or ``pred_regions`` where an option needs them;
            ``aligns_corners`` says how regions are resized.
        threshold: Foreground is where the soft masks of the objects add up to
            more than this; None takes ``pred_seg`` as it is.
        oracle: Names out of :data:`ORACLES`.

    Returns:
        J and F by name, those of an oracle under ``oracle_<name>_J`` and
        ``oracle_<name>_F``; None if the frame is not annotated. What
        ``'channel'`` and ``'clip'`` choose among is left to
        :func:`choose_channel` and :func:`choose_in_clips`.

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
        if name in _PER_REGION:
            scores |= _score_regions(name, sample, annotation, where)
            continue
        choice = _choose(name, prediction, annotation, sample, where)
        scores[f'oracle_{name}_J'] = choice.score
        scores[f'oracle_{name}_F'] = boundary_f(choice.mask, annotation)
    return scores


def choose_channel(videos: Mapping[str, Sequence[Scores]],
                   average: str) -> tuple[dict[str, list[Scores]], int | None]:
    """Let the annotation choose one region for all frames of a data set.

    Args:
        videos: Scores of the frames by video, see :func:`score_frame`.
        average: Over what the mean J is taken, which chooses: ``'frame'`` or
            ``'sequence'``.

    Returns:
        The scores with those of that region under ``oracle_channel_J`` and
        ``oracle_channel_F`` instead of those of each region, and its index,
        the first one on ties; None and the same scores if ``'channel'`` was
        not among the oracles.

    Raises:
        ValueError: If the number of regions differs between frames.
    """
    everything = [row for rows in videos.values() for row in rows]
    num_regions = _count_regions(everything, 'channel')
    if not num_regions:
        return {video: list(rows) for video, rows in videos.items()}, None
    means = []
    for index in range(num_regions):
        name = _REGION.format('channel', index, 'J')
        values = [[row[name] for row in rows] for rows in videos.values()]
        if average == 'sequence':
            means.append(np.mean([np.mean(video) for video in values]))
        else:
            means.append(np.mean(np.concatenate(values)))
    best = int(np.argmax(means))
    return {
        video: [_keep_region(row, 'channel', best) for row in rows]
        for video, rows in videos.items()
    }, best


def choose_in_clips(rows: Sequence[Scores]) -> list[Scores]:
    """Let the annotation choose one region in each clip of 30 frames.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022, which assigns
    the layers of every clip to the object and to empty masks, so that the sum
    of the mean J is largest: what counts for a layer is its own mean J, less
    the share of the frames in which it is empty. The last clip ends with the
    video, and counts where it overlaps with the one before.

    Args:
        rows: Scores of the frames of one video, see :func:`score_frame`.

    Returns:
        The scores with those of the chosen regions under ``oracle_clip_J``
        and ``oracle_clip_F`` instead of those of each region; the same scores
        if ``'clip'`` was not among the oracles.

    Raises:
        ValueError: If the number of regions differs between frames.
    """
    num_regions = _count_regions(rows, 'clip')
    if not num_regions:
        return list(rows)
    best = [0] * len(rows)
    for clip in split_into_clips(len(rows), CLIP_LENGTH):
        frames = sorted(set(clip))
        gains = [
            np.mean([
                rows[t][_REGION.format('clip', index, 'J')] -
                rows[t][_REGION.format('clip', index, 'E')] for t in frames
            ]) for index in range(num_regions)
        ]
        for t in frames:
            best[t] = int(np.argmax(gains))
    return [
        _keep_region(row, 'clip', index)
        for row, index in zip(rows, best, strict=True)
    ]


def _count_regions(rows: Sequence[Scores], oracle: str) -> int:
    """Regions that an oracle of several frames chooses among, or 0."""
    counts = {
        sum(
            name.startswith(f'oracle_{oracle}_') and name.endswith('J')
            for name in row
        )
        for row in rows
    }
    if len(counts) > 1:
        raise ValueError(
            f'the oracle {oracle!r} needs as many regions in all frames, got '
            f'{sorted(counts)}'
        )
    return counts.pop() if counts else 0


def _keep_region(row: Scores, oracle: str, index: int) -> Scores:
    kept = {
        k: v
        for k, v in row.items() if not k.startswith(f'oracle_{oracle}_')
    }
    for name in 'JF':
        key = _REGION.format(oracle, index, name)
        if key in row:
            kept[f'oracle_{oracle}_{name}'] = row[key]
    return kept


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
    regions = _resize_regions(sample, annotation.shape, where)
    choose = oracle_region if name == 'region' else oracle_assignment
    return choose(regions, annotation)


def _score_regions(
    oracle: str, sample: Mapping, annotation: np.ndarray, where: str
) -> Scores:
    scores: Scores = {}
    regions = _resize_regions(sample, annotation.shape, where) > 0.5
    if oracle == 'clip':
        regions = require_layers(regions, where)
    for index, mask in enumerate(regions):
        scores |= {
            _REGION.format(oracle, index, 'J'): jaccard(mask, annotation),
            _REGION.format(oracle, index, 'F'): boundary_f(mask, annotation),
        }
        if oracle == 'clip':
            name = _REGION.format(oracle, index, 'E')
            scores[name] = float(not mask.any())
    return scores


def require_layers(regions: np.ndarray, where: str) -> np.ndarray:
    """Return the (K, h, w) layers among (1 + K, h, w) regions.

    Args:
        regions: The background, and at least one layer.
        where: Name of the frame, for errors.

    Raises:
        ValueError: If there is no layer.
    """
    if len(regions) < 2:
        raise ValueError(
            f"{where}: the oracle 'clip' chooses among the layers after the "
            f'background in pred_regions, got {len(regions)} regions'
        )
    return regions[1:]


def _resize_regions(
    sample: Mapping, size: tuple[int, ...], where: str
) -> np.ndarray:
    """(K, H, W) soft regions at the size of the annotation.

    They are resized as the model resizes its final masks.
    """
    regions = torch.nn.functional.interpolate(
        torch.as_tensor(require_field(sample, 'pred_regions',
                                      where))[None].float(),
        size=size,
        mode='bilinear',
        align_corners=sample.get('aligns_corners', False),
    )[0]
    return as_numpy(regions)


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
