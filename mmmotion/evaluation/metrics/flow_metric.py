"""Errors of the flow that a network estimates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.evaluation.functional import (
    flow_errors,
    known_mean,
    photometric_error,
)
from mmmotion.flow import known_pixels
from mmmotion.registry import METRICS

from .frame_scores import Scores
from .result_files import format_table
from .video_metric import FrameRecord, VideoMetric, make_record

_SHARES = ('above_1px', 'above_3px', 'above_5px', 'fl_all')


@METRICS.register_module()
class FlowMetric(VideoMetric):
    """Distance from the true flow, and difference of the frames it matches.

    The true flow is the first one that the pipeline loads, ``RenderScene``
    for the synthetic world; unknown pixels, which are NaN, do not count
    (``LoadFlows(allow_unknown=True)`` reads them). Each result is averaged
    over the pixels of a frame, then over the frames that have it:

    * ``EPE``: mean distance in pixels of the network's input; ``EPE_object``
      and ``EPE_background`` the same inside and outside of ``gt_masks``,
    * ``EPE_zero``: what no flow at all would get, the mean length of the true
      one,
    * ``above_1px``, ``above_3px``, ``above_5px`` and ``fl_all``: shares of
      outliers, see :class:`~mmmotion.evaluation.functional.FlowErrors`,
    * ``photometric`` and ``photometric_zero``: difference of the frames in
      0..255 with the flow and without, see
      :func:`~mmmotion.evaluation.functional.photometric_error`; without true
      flow there is nothing else.

    They are logged as a table by sequence, and written to
    ``<outfile_prefix>.json`` and ``.csv``.

    Args:
        frames: Score ``'all'`` frames, those ``'but_last'`` of each video, or
            the ``'inner'`` ones.
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.

    Raises:
        ValueError: If ``frames`` is none of the listed values.
    """

    default_prefix = 'flow'
    annotation = 'flows'

    def __init__(
        self,
        frames: str = 'all',
        output_dir: str | None = None,
        outfile_prefix: str = 'flow',
        prefix: str | None = None,
    ) -> None:
        super().__init__(frames, output_dir, outfile_prefix, prefix)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Record the scores of one pair per data sample.

        Args:
            data_batch: What the data loader yields, a dictionary whose
                ``inputs`` has the frames and, if known, the true flows.
            data_samples: Predictions as dictionaries.

        Raises:
            ValueError: If a sample is not what the metric needs.
        """
        inputs = data_batch['inputs']
        for i, sample in enumerate(data_samples):
            given = {key: values[i] for key, values in inputs.items()}
            self.results.append(self.record({**sample, **given}))

    def record(self, sample: Mapping) -> FrameRecord:
        """Score the flow of a pair.

        Args:
            sample: Prediction as a dictionary, with ``frames`` (2, 3, H, W)
                uint8 and, if known, the true ``flows`` (N, 2, H, W).

        Raises:
            ValueError: If a key is missing or a size is another.
        """
        record = make_record(sample)
        where = f'{record.video_id}/{record.frame_id}'
        for key in ('pred_flow', 'frames'):
            if key not in sample:
                raise ValueError(f'{where}: the metric needs {key}')
        try:
            return replace(record, scores=_score(sample))
        except ValueError as error:
            raise ValueError(f'{where}: {error}') from error

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Average over all frames, and over those of each sequence.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name; nothing if no frame is scored.
        """
        scored, counts = self.select(results)
        if not scored:
            return {}
        overall = _average(scored)
        sequences = {
            video: dict.fromkeys(overall) | _average(list(records))
            for video, records in groupby(scored, lambda r: r.video_id)
        }
        rows = [[video, *map(_format, row.values())]
                for video, row in sequences.items()]
        summary = ['all frames', *map(_format, overall.values())]
        self.publish(
            format_table(['sequence', *overall], rows, summary),
            dict(**counts, overall=overall),
            sequences,
        )
        return overall

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return super().convention() | dict(
            average='frame', pixels='of the input of the network'
        )


def _score(sample: Mapping) -> Scores:
    flow = _to_field(sample['pred_flow'])
    if not np.isfinite(flow).all():
        raise ValueError('expected pred_flow to be finite')
    zero = np.zeros_like(flow)
    first, second = (
        frame.permute(1, 2, 0).cpu().numpy() for frame in sample['frames'][:2]
    )
    scores = dict(
        photometric=photometric_error(first, second, flow),
        photometric_zero=photometric_error(first, second, zero),
    )
    if 'flows' not in sample:
        return scores
    _check_gaps(sample)
    target = _to_field(sample['flows'][0])
    known = known_pixels(target)
    errors = flow_errors(flow, target, known)
    distances = dict(
        EPE=errors.epe, EPE_zero=flow_errors(zero, target, known).epe
    )
    if sample.get('gt_masks') is not None:
        inside = _object_mask(sample['gt_masks'], flow.shape[:2])
        for name, where in (('object', inside), ('background', ~inside)):
            part = flow_errors(flow, target, known & where)
            distances[f'EPE_{name}'] = part.epe
    shares = {name: getattr(errors, name) for name in _SHARES}
    return {**distances, **shares, **scores}


def _check_gaps(sample: Mapping) -> None:
    flow_gaps = tuple(sample.get('gaps', ()))[:1]
    frame_gaps = tuple(sample.get('frame_gaps', ()))[1:2]
    if flow_gaps != frame_gaps:
        raise ValueError(
            f'the true flow has the gap {flow_gaps}, the second frame '
            f'{frame_gaps}: load both with the same gap, at the end of a '
            "video with missing='opposite' and negate_opposite=False"
        )


def _to_field(flow: Tensor) -> np.ndarray:
    return torch.as_tensor(flow).float().cpu().permute(1, 2, 0).numpy()


def _object_mask(masks: Tensor, size: tuple[int, int]) -> np.ndarray:
    """(h, w) bool pixels of any object, whatever the size of the masks."""
    mask = torch.as_tensor(masks).bool().any(dim=0)
    return F.interpolate(mask[None, None].float(), size)[0,
                                                         0].cpu().numpy() > 0


def _average(records: Sequence[FrameRecord]) -> Scores:
    """Mean of each score over the frames in which it is known."""
    given = [record.scores for record in records if record.scores]
    names = dict.fromkeys(name for scores in given for name in scores)
    means = {
        name: known_mean(
            np.array([scores.get(name, np.nan) for scores in given])
        )
        for name in names
    }
    return {name: mean for name, mean in means.items() if np.isfinite(mean)}


def _format(value: float | None) -> str:
    return '' if value is None else f'{value:.3f}'
