"""Validation and test loops that complete one video at a time."""

from collections.abc import Callable, Iterator

import torch
from mmengine.runner import TestLoop, ValLoop

from mmmotion.models.segmentors import BaseSegmentor, FramePrediction
from mmmotion.registry import LOOPS

from ..model_wrapper import unwrap_model
from ..video_names import iterate_named
from .map_watchers import drop_maps, find_watchers
from .video_predictor import VideoPredictor


class _PendingBatch:
    """A batch whose frames wait for the rest of their video."""

    def __init__(
        self, index: int, data_batch: dict, frames: list[FramePrediction]
    ) -> None:
        self.index = index
        self.data_batch = data_batch
        self.frames = frames
        self.num_open = len(frames)

    def keep(self, condition: Callable[[FramePrediction], bool]) -> None:
        """Forget the frames that do not meet the condition."""
        kept = [i for i, frame in enumerate(self.frames) if condition(frame)]
        if len(kept) < len(self.frames):
            self.frames = [self.frames[i] for i in kept]
            self.num_open = len(kept)
            self.data_batch = _select(self.data_batch, kept)


def _select(data_batch: dict, kept: list[int]) -> dict:
    return dict(
        inputs={
            key: [values[i] for i in kept]
            for key, values in data_batch['inputs'].items()
        },
        data_samples=[data_batch['data_samples'][i] for i in kept],
    )


class _VideoCollector:
    """Gathers frames into videos and says which batches are complete.

    Frames have to arrive video by video. A frame that comes again, because it
    stands in for an unreadable one, is dropped.
    """

    def __init__(self, predictor: VideoPredictor) -> None:
        self.predictor = predictor
        self.video_id = ''
        self.done: set[str] = set()
        self.seen: set[tuple[str, str]] = set()
        self.video: list[tuple[FramePrediction, _PendingBatch]] = []
        self.pending: list[_PendingBatch] = []

    def begin(self, data_batch: dict) -> Iterator[_PendingBatch]:
        """Complete the video if the next batch begins with another one."""
        if data_batch['data_samples'][0].video_id != self.video_id:
            yield from self.flush()

    def add(self, batch: _PendingBatch) -> Iterator[_PendingBatch]:
        """Take a batch; yield those that it completes, in order."""
        batch.keep(self._is_new)
        self.pending.append(batch)
        for frame in batch.frames:
            video_id = frame.data_sample.video_id
            if self.video and video_id != self.video_id:
                yield from self.flush()
            if video_id in self.done:
                raise ValueError(
                    f'the frames of video {video_id!r} do not follow each '
                    'other: use the sampler VideoShardSampler in the '
                    'dataloader, or the loops ValLoop and TestLoop'
                )
            self.video_id = video_id
            self.video.append((frame, batch))

    def _is_new(self, frame: FramePrediction) -> bool:
        sample = frame.data_sample
        key = (sample.video_id, sample.frame_id)
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def flush(self) -> Iterator[_PendingBatch]:
        """Complete the video; yield the batches that are whole with it."""
        if not self.video:
            return
        self.predictor.finish_video([frame for frame, _ in self.video])
        for _, batch in self.video:
            batch.num_open -= 1
        self.video = []
        self.done.add(self.video_id)
        while self.pending and not self.pending[0].num_open:
            yield self.pending.pop(0)


@torch.no_grad()
def _run_by_video(
    loop: ValLoop | TestLoop,
    mode: str,
    build_predictor: Callable[[BaseSegmentor], VideoPredictor],
) -> dict:
    runner = loop.runner
    model = unwrap_model(runner.model)

    def emit(batches: Iterator[_PendingBatch]) -> None:
        """Hand complete batches to metrics and hooks."""
        for batch in batches:
            if not batch.frames:
                continue
            # Only now: masks at full size take a hundred times the memory.
            for frame in batch.frames:
                model.finish_frame(frame)
            outputs = [frame.data_sample for frame in batch.frames]
            loop.evaluator.process(
                data_samples=outputs, data_batch=batch.data_batch
            )
            runner.call_hook(
                f'after_{mode}_iter',
                batch_idx=batch.index,
                data_batch=batch.data_batch,
                outputs=outputs,
            )

    runner.call_hook(f'before_{mode}')
    runner.call_hook(f'before_{mode}_epoch')
    runner.model.eval()
    watchers = find_watchers(loop.evaluator.metrics)
    model.kept_maps = tuple({metric.feature_index for metric in watchers})
    predictor = build_predictor(model)
    collector = _VideoCollector(predictor)
    for index, data_batch in enumerate(iterate_named(loop.dataloader)):
        runner.call_hook(
            f'before_{mode}_iter', batch_idx=index, data_batch=data_batch
        )
        emit(collector.begin(data_batch))
        frames = predictor.predict(data_batch)
        drop_maps(watchers, frames)
        emit(collector.add(_PendingBatch(index, data_batch, frames)))
    emit(collector.flush())
    metrics = loop.evaluator.evaluate(len(loop.dataloader.dataset))
    runner.call_hook(f'after_{mode}_epoch', metrics=metrics)
    runner.call_hook(f'after_{mode}')
    return metrics


@LOOPS.register_module()
class VideoValLoop(ValLoop):
    """Validate video by video, so that post-processing sees whole videos.

    The frames of a video must follow each other, as ``VideoShardSampler``
    orders them. All predictions of one video are held until its last frame
    has been seen, at the size that its post-processing gives them. Videos of
    concatenated data sets that have one name in common are told apart as
    ``name@0`` and ``name@1``. Arguments are those of mmengine's ``ValLoop``.
    """

    def run(self) -> dict:
        """Run the validation and return its metrics."""
        return _run_by_video(
            self, 'val', lambda model: VideoPredictor(model, self.fp16)
        )


@LOOPS.register_module()
class VideoTestLoop(TestLoop):
    """Test video by video, so that post-processing sees whole videos.

    See ``VideoValLoop``; arguments are those of mmengine's ``TestLoop``.
    """

    def run(self) -> dict:
        """Run the test and return its metrics."""
        return _run_by_video(self, 'test', self.build_predictor)

    def build_predictor(self, model: BaseSegmentor) -> VideoPredictor:
        """Make what predicts the videos, once hooks have set the weights.

        Args:
            model: The model, without a distributed wrapper.
        """
        return VideoPredictor(model, self.fp16)
