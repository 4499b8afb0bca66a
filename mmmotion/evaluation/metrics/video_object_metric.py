"""Region similarity and boundary accuracy of several objects per video."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from mmengine.logging import print_log

from mmmotion.evaluation.functional import (
    MAX_PROPOSALS,
    ObjectScores,
    assign_objects,
    match_objects,
    score_pairs,
)
from mmmotion.registry import METRICS
from mmmotion.structures import split_into_clips

from .frame_scores import CLIP_LENGTH, Scores, as_numpy, require_field
from .result_files import format_table
from .score_table import format_cells, summarise
from .video_metric import (
    FrameRecord,
    VideoMetric,
    check_oracles,
    make_record,
)


@dataclass(frozen=True)
class ObjectRecord(FrameRecord):
    """What the metric keeps of one frame with P proposals and O objects.

    Attributes:
        pairs: (2, 1 + P, 1 + O) J and F of each pair, where position 0 stands
            for an empty mask.
    """

    pairs: np.ndarray


@METRICS.register_module()
class VideoObjectMetric(VideoMetric):
    """J and F of DAVIS-2017, several objects whose names are not known.

    Compared are hard masks at annotation size. In each video the predicted
    objects are matched to the annotated ones, one to one and once for all
    frames, so that the sum of the objects' means of J and F is largest; the
    annotation says which prediction is which, but nothing else. Missing
    predictions are empty masks, surplus ones cost nothing, and there are at
    most twenty. The number of objects is that of the first annotated frame
    (its highest label). Two empty masks agree. Pixels in ``gt_void`` are taken
    out of both masks.

    This is the unsupervised protocol of DAVIS-2017, which is that of
    DAVIS2017-motion with other annotations.

    Results: ``J``, ``J_recall``, ``J_decay``, the same for ``F``, and ``J&F``
    (the mean of both means), each the mean over all objects of all videos, as
    floats in [0, 1] (decay in [-1, 1]), and with an oracle
    ``oracle_clip_J`` and ``oracle_clip_F``. They are logged as a table by
    sequence, whose rows are means over the objects of the sequence, and
    written to ``<outfile_prefix>.json``, with the results of each object, and
    ``<outfile_prefix>.csv`` (one row per sequence).

    Source: Caelles et al., "The 2019 DAVIS Challenge on VOS: Unsupervised
    Multi-Object Segmentation", 2019.

    Args:
        frames: Score ``'all'`` frames (the protocol) or ``'inner'`` ones,
            without the first and the last of each video.
        oracle: Upper bounds to add: with ``'clip'`` the annotation says anew
            in each clip of 30 scored frames which prediction is which, by J
            (OCLR).
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.

    Raises:
        ValueError: If an argument is none of the listed values.
    """

    default_prefix = 'objects'
    frame_choices = ('all', 'inner')

    def __init__(
        self,
        frames: str = 'all',
        oracle: Sequence[str] = (),
        output_dir: str | None = None,
        outfile_prefix: str = 'video_objects',
        prefix: str | None = None,
    ) -> None:
        super().__init__(frames, output_dir, outfile_prefix, prefix)
        self.oracle = check_oracles(oracle, ('clip', ))

    def record(self, sample: Mapping) -> FrameRecord:
        """Compare the predicted objects of a frame with ``gt_masks``.

        Args:
            sample: Prediction as a dictionary, with ``pred_seg`` and, where
                frames are annotated, ``gt_masks`` whose position is the same
                for an object in all frames.

        Raises:
            ValueError: If a key is missing, sizes differ, there are too many
                predictions, or the annotation is that of DAVIS-2016.
        """
        record = make_record(sample)
        if sample.get('gt_masks') is None:
            return record
        where = f'{record.video_id}/{record.frame_id}'
        objects = as_numpy(sample['gt_masks']).astype(bool)
        labels = as_numpy(require_field(sample, 'pred_seg', where))
        void = sample.get('gt_void')
        if void is not None:
            void = as_numpy(void).astype(bool)
        _check(labels, objects, void, record)
        names = np.arange(labels.max() + 1)[:, None, None]
        proposals = labels == names
        proposals[0] = False
        empty = np.zeros((1, *labels.shape), dtype=bool)
        pairs = score_pairs(proposals, np.concatenate([empty, objects]), void)
        return ObjectRecord(**{**vars(record), 'scores': {}}, pairs=pairs)

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Match the objects of each video and average over all objects.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name; nothing if no object is annotated.
        """
        first: dict[str, int] = {}
        for record in results:
            if isinstance(record, ObjectRecord):
                num = record.pairs.shape[2] - 1
                first.setdefault(record.video_id, num)
        scored, counts = self.select(results)
        objects: dict[str, list[Scores]] = {}
        lengths = {}
        for video, records in groupby(scored, lambda r: r.video_id):
            frames = [r for r in records if isinstance(r, ObjectRecord)]
            if first[video]:
                objects[video] = _score_video(
                    frames, first[video], bool(self.oracle)
                )
                lengths[video] = len(frames)
            else:
                print_log(
                    f'{video} is not scored: no object in its first frame',
                    logger='current',
                )
        if not objects:
            return {}
        overall = _mean([row for rows in objects.values() for row in rows])
        sequences = {
            video: dict(objects=len(rows), frames=lengths[video])
            | _mean(rows)
            for video, rows in objects.items()
        }
        num = sum(map(len, objects.values()))
        content = dict(
            num_objects=num,
            oracle=list(self.oracle),
            **counts,
            overall=overall,
        )
        content['objects'] = objects
        table = _format(sequences, overall, num)
        self.publish(table, content, sequences)
        return overall

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return super().convention() | dict(
            average='object',
            size='annotation',
            threshold='pred_seg',
            selection='hungarian',
            void='ignored',
        )


def _check(
    labels: np.ndarray,
    objects: np.ndarray,
    void: np.ndarray | None,
    record: FrameRecord,
) -> None:
    where = f'{record.video_id}/{record.frame_id}'
    sizes = {labels.shape, objects.shape[1:]}
    if void is not None:
        sizes.add(void.shape)
        if not record.frame_index and not len(objects) and void.any():
            raise ValueError(
                f'{where}: the first annotation holds no label but 255, the '
                'object of DAVIS 2016, where objects are numbered from 1 and '
                '255 does not count: give the annotations of DAVIS 2017 '
                "(data_prefix['mask'])"
            )
    if len(sizes) > 1:
        raise ValueError(
            f'{where}: the prediction is {labels.shape} but gt_masks are '
            f'{objects.shape}; predictions have to be resized to the '
            'annotation (ori_shape)'
        )
    if labels.max() > MAX_PROPOSALS:
        raise ValueError(
            f'{where}: expected at most {MAX_PROPOSALS} predicted objects, '
            f'got {labels.max()}'
        )


def _score_video(
    frames: Sequence[ObjectRecord], num_objects: int, names_clips: bool
) -> list[Scores]:
    """Results of each object of a video."""
    most = max(frame.pairs.shape[1] - 1 for frame in frames)
    num_proposals = max(most, num_objects)
    pairs = [
        frame.pairs[:, _positions(num_proposals, frame.pairs.shape[1])]
        [:, :, _positions(num_objects, frame.pairs.shape[2])]
        for frame in frames
    ]
    values = np.stack(pairs, axis=-1)
    is_empty = np.stack([
        frame.pairs[0, _positions(num_proposals, frame.pairs.shape[1]), 0]
        for frame in frames
    ], axis=-1)  # yapf: disable
    scores: ObjectScores = match_objects(values)
    rows = [
        _add_mean(summarise(dict(J=region, F=boundary)))
        for region, boundary in zip(scores.region, scores.boundary)
    ]
    if names_clips:
        for row, (region, boundary) in zip(rows, _name_in_clips(values,
                                                                is_empty)):
            row['oracle_clip_J'] = region
            row['oracle_clip_F'] = boundary
    return rows


def _name_in_clips(values: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """(O, 2) mean J and F if every clip has names of its own.

    Predictions are assigned to the objects and to empty masks, see
    ``choose_in_clips``.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022.

    Args:
        values: (2, P, O, T) J and F of each pair.
        is_empty: (P, T) 1 where a prediction is empty, else 0.
    """
    objects = np.arange(values.shape[2])
    named = np.empty((2, *values.shape[2:]))
    for clip in split_into_clips(values.shape[3], CLIP_LENGTH):
        frames = np.unique(clip)
        scores = values[..., frames]
        gains = scores[0] - is_empty[:, None, frames]
        chosen = assign_objects(gains.mean(axis=-1))
        named[..., frames] = scores[:, chosen, objects]
    return named.mean(axis=-1).T


def _positions(num: int, length: int) -> np.ndarray:
    """Positions 1 to num, 0 for those that a frame of this length lacks."""
    positions = np.arange(1, num + 1)
    return np.where(positions < length, positions, 0)


def _add_mean(row: Scores) -> Scores:
    return {**row, 'J&F': (row['J'] + row['F']) / 2}


def _mean(rows: Sequence[Scores]) -> Scores:
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def _format(sequences: Mapping[str, dict], overall: Scores, num: int) -> str:
    keys = tuple(overall)
    rows = [[
        video,
        str(row['objects']),
        str(row['frames']), *format_cells(row, keys)
    ] for video, row in sequences.items()]
    frames = sum(row['frames'] for row in sequences.values())
    return format_table(
        ['sequence', 'objects', 'frames', *keys],
        rows,
        [
            'mean over objects',
            str(num),
            str(frames), *format_cells(overall, keys)
        ],
    )
