"""Overlap of boxes, for videos annotated with boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import torch

from mmmotion.evaluation.functional import (
    SUCCESS_THRESHOLDS,
    box_iou,
    largest_box,
    scale_box,
    success_rates,
)
from mmmotion.registry import METRICS
from mmmotion.structures import MOTIONS

from .frame_scores import (
    Scores,
    as_numpy,
    choose_in_clips,
    require_field,
    require_layers,
)
from .result_files import format_table
from .video_metric import (
    FrameRecord,
    VideoMetric,
    check_choice,
    check_oracles,
    make_record,
)

_RATES = tuple(f'SR_{threshold}' for threshold in SUCCESS_THRESHOLDS)
_COLUMNS = ('J', *_RATES, 'SR_mean')


@METRICS.register_module()
class VideoBoxMetric(VideoMetric):
    """Success rates and box overlap of MoCA.

    The soft foreground is thresholded, the box of one of its regions is
    compared with the annotated box, and a frame without foreground scores 0.
    Which group is the object, and whether a mask or its complement is, was
    decided before by the post-processing of the model, without labels.

    Results: ``SR_0.5`` to ``SR_0.9`` (share of all frames whose overlap is
    strictly above), ``SR_mean`` (mean of the five), ``J`` (overlap averaged
    over frames, then over sequences), ``J_frame`` and ``SR_mean_sequence``
    (the other average of either), for each kind of motion ``<motion>_J`` and
    ``<motion>_SR_mean`` over its frames, and for each oracle
    ``oracle_<name>_J`` over sequences and ``oracle_<name>_SR_mean`` over
    frames, all as floats in [0, 1]. They are logged as a table by sequence,
    and written to ``<outfile_prefix>.json`` (with the convention that was
    used) and ``<outfile_prefix>.csv`` (one row per sequence).

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, Sec. 4, and its released evaluation, which takes the
    threshold and the region of the defaults and leaves out the last frame of
    each video (the paper counts it).

    Args:
        frames: Score ``'all'`` frames, or those ``'but_last'`` of each video,
            which have a flow to the next frame.
        threshold: Foreground is where ``pred_masks`` without its channel 0
            adds up to more than this.
        region: ``'box'`` or ``'component'``, see
            :func:`~mmmotion.evaluation.functional.largest_box`.
        oracle: Upper bounds to add: with ``'clip'`` the annotation chooses
            the layer, one of ``pred_regions`` after the first, cut at 0.5, in
            each clip of 30 scored frames of a video (OCLR; see
            ``choose_in_clips``).
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.

    Raises:
        ValueError: If an argument is none of the listed values.
    """

    default_prefix = 'box'
    annotation = 'gt_boxes'
    frame_choices = ('all', 'but_last')

    def __init__(
        self,
        frames: str = 'but_last',
        threshold: float = 0.1,
        region: str = 'box',
        oracle: Sequence[str] = (),
        output_dir: str | None = None,
        outfile_prefix: str = 'video_box',
        prefix: str | None = None,
    ) -> None:
        super().__init__(frames, output_dir, outfile_prefix, prefix)
        check_choice('region', region, ('box', 'component'))
        if not 0 <= threshold < 1:
            raise ValueError(f'expected 0 <= threshold < 1, got {threshold}')
        self.threshold = threshold
        self.region = region
        self.oracle = check_oracles(oracle, ('clip', ))

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Average over frames and over sequences.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name; nothing if no frame has a box.
        """
        scored, counts = self.select(results)
        if not scored:
            return {}
        sequences = {
            video: _summarise(list(records))
            for video, records in groupby(scored, lambda r: r.video_id)
        }
        motions = {
            name: _summarise(moving)
            for label, name in enumerate(MOTIONS)
            if (moving := [r for r in scored if _motion(r) == label])
        }
        overall = _overall(_summarise(scored), sequences, motions)
        if self.oracle:
            overall |= _choose(scored)
        content = dict(
            oracle=list(self.oracle),
            **counts,
            overall=overall,
            motions=motions,
        )
        self.publish(
            _table(overall, sequences),
            content,
            sequences,
        )
        return overall

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return super().convention() | dict(
            average='J over sequences, SR over frames',
            threshold=self.threshold,
            region=self.region,
            selection='none',
        )

    def record(self, sample: Mapping) -> FrameRecord:
        """Score a frame against ``gt_boxes``.

        Args:
            sample: Prediction as a dictionary.

        Raises:
            ValueError: If a key is missing or there is not exactly one box.
        """
        record = make_record(sample)
        where = f'{record.video_id}/{record.frame_id}'
        return replace(record, scores=self._score(sample, where))

    def _score(self, sample: Mapping, where: str) -> Scores | None:
        if sample.get('gt_boxes') is None:
            return None
        boxes = np.asarray(sample['gt_boxes'], dtype=np.float64)
        if boxes.shape != (1, 4):
            raise ValueError(
                f'{where}: expected gt_boxes of shape (1, 4), got '
                f'{boxes.shape}'
            )
        for key in ('pred_masks', 'ori_shape'):
            if sample.get(key) is None:
                raise ValueError(
                    f'{where}: the data sample has no {key}, only '
                    f'{sorted(sample)}'
                )
        masks = torch.as_tensor(sample['pred_masks']).cpu()
        foreground = (masks[1:].sum(dim=0) > self.threshold).numpy()
        scores = dict(J=self._overlap(foreground, boxes[0], sample))
        if self.oracle:
            regions = as_numpy(require_field(sample, 'pred_regions', where))
            layers = require_layers(regions, where)
            for index, mask in enumerate(layers > 0.5):
                name = f'oracle_clip_{index}'
                scores[f'{name}_J'] = self._overlap(mask, boxes[0], sample)
                scores[f'{name}_E'] = float(not mask.any())
        if sample.get('motion_label') is not None:
            scores['motion'] = float(sample['motion_label'])
        return scores

    def _overlap(
        self, mask: np.ndarray, target: np.ndarray, sample: Mapping
    ) -> float:
        """Overlap of the box of a mask, of any size, with a box."""
        box = largest_box(mask, self.region)
        if box is not None:
            box = scale_box(box, mask.shape, sample['ori_shape'])
        left, top, right, bottom = target.tolist()
        return box_iou(box, (left, top, right, bottom))


def _choose(scored: Sequence[FrameRecord]) -> Scores:
    """Scores of the regions that the annotation chooses, clip by clip."""
    videos = [[
        row['oracle_clip_J']
        for row in choose_in_clips([r.scores or {} for r in records])
    ] for _, records in groupby(scored, lambda r: r.video_id)]
    rates = success_rates([value for values in videos for value in values])
    return dict(
        oracle_clip_J=float(np.mean([np.mean(values) for values in videos])),
        oracle_clip_SR_mean=float(rates.mean()),
    )


def _motion(record: FrameRecord) -> float | None:
    assert record.scores is not None
    return record.scores.get('motion')


def _summarise(records: Sequence[FrameRecord]) -> Scores:
    """Number, mean overlap and success rates of some frames."""
    overlaps = [r.scores['J'] for r in records if r.scores is not None]
    rates = success_rates(overlaps)
    return dict(
        frames=len(overlaps),
        J=float(np.mean(overlaps)),
        **dict(zip(_RATES, rates.tolist())),
        SR_mean=float(rates.mean()),
    )


def _overall(
    frames: Scores,
    sequences: Mapping[str, Scores],
    motions: Mapping[str, Scores],
) -> Scores:
    """The published averages, then the others."""
    overall = {key: frames[key] for key in _COLUMNS}
    overall['J'] = float(np.mean([row['J'] for row in sequences.values()]))
    overall['J_frame'] = frames['J']
    overall['SR_mean_sequence'] = float(
        np.mean([row['SR_mean'] for row in sequences.values()])
    )
    for name, row in motions.items():
        overall[f'{name}_J'] = row['J']
        overall[f'{name}_SR_mean'] = row['SR_mean']
    return overall


def _table(overall: Scores, sequences: Mapping[str, Scores]) -> str:
    rows = [[
        video,
        str(int(row['frames'])), *(f'{row[key]:.3f}' for key in _COLUMNS)
    ] for video, row in sequences.items()]
    frames = int(sum(row['frames'] for row in sequences.values()))
    table = format_table(
        ['sequence', 'frames', *_COLUMNS],
        rows,
        [
            'J over sequences, SR over frames',
            str(frames), *(f'{overall[key]:.3f}' for key in _COLUMNS)
        ],
    )
    others = ', '.join(
        f'{key}: {overall[key]:.3f}' for key in overall if key not in _COLUMNS
    )
    return f'{table}\n{others}'
