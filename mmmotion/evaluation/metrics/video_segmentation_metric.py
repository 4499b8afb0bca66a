"""Region similarity and boundary accuracy of one foreground per frame."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from mmmotion.evaluation.functional import sequence_statistics
from mmmotion.registry import METRICS

from .frame_scores import (
    ORACLES,
    Scores,
    choose_channel,
    choose_in_clips,
    score_frame,
)
from .result_files import format_table
from .score_table import format_cells, statistic_keys, summarise
from .video_metric import (
    FrameRecord,
    VideoMetric,
    check_choice,
    check_oracles,
    make_record,
)


@METRICS.register_module()
class VideoSegmentationMetric(VideoMetric):
    """J and F of DAVIS-2016: mean, recall and decay.

    Compared are hard masks at annotation size; several annotated objects, as
    several predicted ones, count as one foreground. An empty prediction on an
    empty frame scores 1. Frames without annotation are counted and left out.
    The foreground is what the model says; no annotation takes part in
    choosing it, except in the columns whose names begin with ``oracle_``.

    Results: ``J``, ``J_recall``, ``J_decay``, the same for ``F``, ``J&F`` (the
    mean of both means), and for each oracle the same seven with
    ``oracle_<name>_`` in front, as floats in [0, 1] (decay in [-1, 1]). They
    are logged as a table by sequence, and written to
    ``<outfile_prefix>.json`` (with the convention that was used) and
    ``<outfile_prefix>.csv`` (one row per sequence).

    Source: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology
    for Video Object Segmentation", CVPR 2016, Sec. 4. The decay has exact
    quarters where the official programs overflow beyond 256 frames.

    Args:
        frames: Score ``'all'`` frames (newer papers, DAVIS-2017 unsupervised)
            or ``'inner'`` ones, without the first and the last of each video
            (DAVIS-2016 toolkit).
        average: Over what the overall mean and recall are taken:
            ``'sequence'`` (mean of the sequences' values) or ``'frame'``
            (SegTrackv2, FBMS). Decay is always averaged over sequences.
        threshold: Foreground is where ``pred_masks`` without its channel 0
            adds up to more than this; None takes ``pred_seg`` as it is.
        oracle: Upper bounds to add, in which the annotation chooses, in each
            frame ``'side'`` the prediction or its complement (GWM),
            ``'region'`` the best single one of ``pred_regions`` (MG, release
            of AMD), ``'assignment'`` the best union of them; and
            ``'channel'`` and ``'clip'``, in which it chooses the single
            region with the best mean J once for all frames (IMAS and RCF,
            while they train), or the layer, a region after the
            first, in each clip of 30 scored frames of a video (OCLR; see
            ``choose_in_clips``). Regions are resized to the annotation and
            thresholded above 0.5.
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.

    Raises:
        ValueError: If an argument is none of the listed values.
    """

    default_prefix = 'seg'
    frame_choices = ('all', 'inner')

    def __init__(
        self,
        frames: str = 'all',
        average: str = 'sequence',
        threshold: float | None = None,
        oracle: Sequence[str] = (),
        output_dir: str | None = None,
        outfile_prefix: str = 'video_segmentation',
        prefix: str | None = None,
    ) -> None:
        super().__init__(frames, output_dir, outfile_prefix, prefix)
        check_choice('average', average, ('sequence', 'frame'))
        if threshold is not None and not 0 <= threshold < 1:
            raise ValueError(f'expected 0 <= threshold < 1, got {threshold}')
        self.average = average
        self.threshold = threshold
        self.oracle = check_oracles(oracle, ORACLES)

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Average over frames, then over sequences.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name; nothing if no frame is annotated.
        """
        scored, counts = self.select(results)
        if not scored:
            return {}
        videos = {
            video: choose_in_clips([_known(record) for record in records])
            for video, records in groupby(scored, lambda r: r.video_id)
        }
        videos, channel = choose_channel(videos, self.average)
        sequences = {
            video: dict(frames=len(rows)) | summarise(_columns(rows))
            for video, rows in videos.items()
        }
        overall = self._overall(videos, sequences)
        content = dict(oracle=list(self.oracle), **counts, overall=overall)
        table = self._table(overall, sequences)
        if channel is not None:
            content['oracle_channel'] = channel
            table += f'\noracle_channel: {channel}, chosen with annotations'
        self.publish(table, content, sequences)
        return overall

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return super().convention() | dict(
            average=self.average,
            size='annotation',
            threshold='pred_seg' if self.threshold is None else self.threshold,
            selection='none',
            objects='merge',
        )

    def record(self, sample: Mapping) -> FrameRecord:
        """Score a frame against ``gt_masks``.

        Args:
            sample: Prediction as a dictionary.

        Raises:
            ValueError: If a key is missing or there are masks of two sizes.
        """
        record = make_record(sample)
        scores = score_frame(sample, self.threshold, self.oracle)
        return replace(record, scores=scores)

    def _overall(
        self, videos: dict[str, list[Scores]], sequences: dict[str, dict]
    ) -> Scores:
        overall = {}
        pooled = _columns([row for rows in videos.values() for row in rows])
        for name, values in pooled.items():
            for field, key in statistic_keys(name).items():
                if self.average == 'frame' and field != 'decay':
                    value = getattr(sequence_statistics(values), field)
                else:
                    value = np.mean([row[key] for row in sequences.values()])
                overall[key] = float(value)
        for name in pooled:
            if name.endswith('J'):
                both = overall[name], overall[f'{name[:-1]}F']
                overall[f'{name}&F'] = sum(both) / 2
        return overall

    def _table(self, overall: Scores, sequences: dict[str, dict]) -> str:
        keys = [
            key for key in next(iter(sequences.values()))
            if key != 'frames' and not (
                key.startswith('oracle') and key.endswith(('recall', 'decay'))
            )
        ]
        rows = [[video, str(row['frames']), *format_cells(row, keys)]
                for video, row in sequences.items()]
        frames = sum(row['frames'] for row in sequences.values())
        return format_table(
            ['sequence', 'frames', *keys],
            rows,
            [
                f'mean over {self.average}s',
                str(frames), *format_cells(overall, keys)
            ],
        )


def _known(record: FrameRecord) -> Scores:
    assert record.scores is not None
    return record.scores


def _columns(rows: Sequence[Scores]) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in rows[0]}
