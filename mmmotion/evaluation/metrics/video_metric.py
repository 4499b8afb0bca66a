"""What every metric over videos shares: gathering the frames."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmengine.dist import (
    all_gather_object,
    broadcast_object_list,
    is_main_process,
)
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log


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


def make_record(
    sample: Mapping, scores: dict[str, float] | None
) -> FrameRecord:
    """Keep the scores of a data sample with its place in the video.

    Args:
        sample: Prediction as a dictionary.
        scores: Score by name, None for a frame without annotation.

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
        scores=scores,
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


class VideoMetric(BaseMetric):
    """Score whole videos, on any number of processes.

    mmengine interleaves the records of the processes and cuts them to the
    length of the data set, which is right for frames dealt out in turn and
    padded at the end. Here the records of all processes are gathered whole,
    so that each may hold videos of its own; a frame that a sampler repeats
    counts once, and the order of the records, hence every digit of the
    result, does not depend on the number of processes.

    Args:
        prefix: Goes before the names of the results, joined by a slash;
            ``default_prefix`` of the class if None.
    """

    def __init__(self, prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self.results: list[FrameRecord] = []

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
