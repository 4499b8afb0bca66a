"""What every metric over videos shares: gathering frames, and the report."""

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.dist import (
    all_gather_object,
    broadcast_object_list,
    is_main_process,
)
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log

from .result_files import write_results

# Positions that are not scored.
_LEFT_OUT = dict(all=(), but_last=(-1, ), inner=(0, -1))


@dataclass(frozen=True)
class FrameRecord:
    """What a metric keeps of one data sample.

    Attributes:
        video_id: Name of the video.
        frame_id: Name of the frame within its video.
        frame_index: Position of the frame in its video, from 0.
        num_frames: Length of the video in frames.
        scores: Score by name, None for a frame without annotation.
    """

    video_id: str
    frame_id: str
    frame_index: int
    num_frames: int
    scores: dict[str, float] | None


def make_record(sample: Mapping) -> FrameRecord:
    """Keep the place of a data sample in its video, without scores.

    Args:
        sample: Prediction as a dictionary.

    Raises:
        ValueError: If the sample does not say where it belongs.
    """
    keys = ('video_id', 'frame_id', 'frame_index', 'num_frames')
    missing = [key for key in keys if key not in sample]
    if missing:
        raise ValueError(
            f'the metric needs {missing}, but the data sample holds '
            f'{sorted(sample)}'
        )
    return FrameRecord(
        video_id=str(sample['video_id']),
        frame_id=str(sample['frame_id']),
        frame_index=int(sample['frame_index']),
        num_frames=int(sample['num_frames']),
        scores=None,
    )


def check_choice(key: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a value of an argument that is none of its choices.

    Args:
        key: Name of the argument.
        value: What was given.
        choices: What may be given.

    Raises:
        ValueError: If the value is another one.
    """
    if value not in choices:
        known = ', '.join(repr(choice) for choice in choices)
        raise ValueError(f'{key} must be one of {known}, got {value!r}')


def check_oracles(oracle: Sequence[str],
                  choices: Sequence[str]) -> tuple[str, ...]:
    """Refuse a list of upper bounds of which one is unknown.

    Args:
        oracle: What was given.
        choices: The upper bounds that a metric has.

    Returns:
        The list.

    Raises:
        ValueError: If it is no list, or an entry is none of the choices.
    """
    if isinstance(oracle, str):
        raise ValueError(f'oracle must be a list, got {oracle!r}')
    for name in oracle:
        check_choice('oracle', name, choices)
    return tuple(oracle)


class VideoMetric(BaseMetric):
    """Score whole videos, on any number of processes.

    mmengine interleaves the records of the processes and cuts them to the
    length of the data set, which is right for frames dealt out in turn and
    padded at the end. Here the records of all processes are gathered whole,
    so that each may hold videos of its own; a frame that a sampler repeats
    counts once, and the order of the records, hence every digit of the
    result, does not depend on the number of processes.

    Args:
        frames: Score ``'all'`` frames, those ``'but_last'`` of each video, or
            the ``'inner'`` ones, without the first and the last.
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results, joined by a slash;
            ``default_prefix`` of the class if None.

    Attributes:
        annotation: Key of the annotation in a data sample.
        frame_choices: Values of ``frames`` that the class knows.

    Raises:
        ValueError: If the class does not know the value of ``frames``.
    """

    annotation: str = 'gt_masks'
    frame_choices: tuple[str, ...] = tuple(_LEFT_OUT)

    def __init__(
        self,
        frames: str = 'all',
        output_dir: str | None = None,
        outfile_prefix: str = 'video',
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix=prefix)
        check_choice('frames', frames, self.frame_choices)
        self.frames = frames
        self.output_dir = output_dir
        self.outfile_prefix = outfile_prefix
        self.results: list[FrameRecord] = []

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Record the scores of one frame per data sample.

        Args:
            data_batch: Not used (any, as the loop hands on what it has).
            data_samples: Predictions as dictionaries.

        Raises:
            ValueError: If a sample is not what the metric needs.
        """
        del data_batch
        self.results.extend(self.record(sample) for sample in data_samples)

    @abstractmethod
    def record(self, sample: Mapping) -> FrameRecord:
        """Score one frame.

        Args:
            sample: Prediction as a dictionary.

        Returns:
            The record, without scores where nothing is annotated.

        Raises:
            ValueError: If the sample is not what the metric needs.
        """

    def evaluate(self, size: int) -> dict[str, float]:
        """Compute the results on the main process and share them.

        Args:
            size: Length of the data set; not needed, as nothing is cut.

        Returns:
            Result by prefixed name, the same on each process.

        Raises:
            RuntimeError: On every other process, if the main one fails; it
                raises its own error.
        """
        del size
        parts = all_gather_object(self.results)
        shared: list[dict[str, float] | str] = [{}]
        failure: Exception | None = None
        if is_main_process():
            try:
                shared = [self._compute(parts)]
            except Exception as error:  # raised below, on every process
                failure = error
                shared = [f'{type(error).__name__}: {error}']
        broadcast_object_list(shared)
        self.results.clear()
        if failure is not None:
            raise failure
        if isinstance(shared[0], str):
            raise RuntimeError(
                f'{type(self).__name__} failed on the main process: '
                f'{shared[0]}'
            )
        return shared[0]

    def _compute(self, parts: list[list[FrameRecord]]) -> dict[str, float]:
        results = self.compute_metrics(merge_records(parts))
        prefix = f'{self.prefix}/' if self.prefix else ''
        return {prefix + key: results[key] for key in results}

    @abstractmethod
    def compute_metrics(self, results: list[FrameRecord]) -> dict[str, float]:
        """Turn the records of all frames into results.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name.
        """

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return dict(frames=self.frames)

    def select(
        self, results: Sequence[FrameRecord]
    ) -> tuple[list[FrameRecord], dict[str, int]]:
        """Leave out what is not scored; say so if nothing remains.

        Args:
            results: One record per frame.

        Returns:
            The records that are scored, and the counts for the report.
        """
        scored = [record for record in results if self._counts(record)]
        unannotated = sum(record.scores is None for record in results)
        if not scored:
            print_log(
                f'nothing to score: {unannotated} of {len(results)} frames '
                f'have no {self.annotation}, frames={self.frames!r} leaves '
                'none',
                logger='current',
                level=logging.WARNING,
            )
        return scored, dict(
            num_sequences=len({record.video_id
                               for record in scored}),
            num_frames=len(scored),
            num_unannotated=unannotated,
            num_left_out=len(results) - len(scored) - unannotated,
        )

    def publish(
        self,
        text: str,
        content: Mapping[str, Any],
        parts: Mapping[str, Mapping],
        kind: str = 'sequence',
    ) -> None:
        """Log the results below the convention, and write both to files.

        Args:
            text: Results for the log.
            content: What the JSON file holds besides the convention and the
                parts (any JSON type).
            parts: Results by sequence or data set, all with the same keys.
            kind: What a part is, see :func:`write_results`.
        """
        convention = self.convention()
        listed = ', '.join(f'{key}: {convention[key]}' for key in convention)
        print_log(f'{listed}\n{text}', logger='current')
        write_results(
            self.output_dir,
            self.outfile_prefix,
            dict(convention=convention, **content),
            parts,
            kind,
        )

    def _counts(self, record: FrameRecord) -> bool:
        left_out = [
            index % record.num_frames for index in _LEFT_OUT[self.frames]
        ]
        return (
            record.scores is not None and record.frame_index not in left_out
        )


def merge_records(
    parts: Sequence[Sequence[FrameRecord]],
) -> list[FrameRecord]:
    """Join the records of all processes.

    Args:
        parts: The records of each process.

    Returns:
        One record per frame, videos by name and frames in temporal order; of
        repeated frames the first record.
    """
    frames: dict[tuple[str, str], FrameRecord] = {}
    total = 0
    for part in parts:
        total += len(part)
        for record in part:
            frames.setdefault((record.video_id, record.frame_id), record)
    if total > len(frames):
        print_log(
            f'{total - len(frames)} of {total} records repeat a frame and '
            'were dropped',
            logger='current',
        )
    return sorted(
        frames.values(),
        key=lambda record:
        (record.video_id, record.frame_index, record.frame_id),
    )
