"""Predictions of models that were adapted to the video, or were stored."""

import time
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from mmengine.logging import print_log

from mmmotion.flow.file_names import encode_name
from mmmotion.models.segmentors import BaseSegmentor, FramePrediction
from mmmotion.structures import MotionDataSample

from ..adaptation import PredictionStore, StoredVideo, VideoAdapter
from ..random_state import RandomStream
from .video_predictor import VideoPredictor


class AdaptationRecord(NamedTuple):
    """What the adaptation to one video has done.

    Attributes:
        video_id: The video.
        losses: Loss of each step, those of post-processing last.
        seconds: How long the adaptation took, with all of post-processing if
            that adapts as well; None if the predictions were stored before.
    """

    video_id: str
    losses: list[float]
    seconds: float | None


class AdaptedPredictor(VideoPredictor):
    """Adapts a copy of the model to each video and stores what it predicts.

    All random numbers of a video follow from the seed and its name.

    Args:
        model: The model to start from, without a distributed wrapper.
        adapter: Trains the copies; None uses the model as it is.
        store: Keeps the predictions.
        describe: Gives what the predictions of a video depend on.
        seed: Seed of the run.
        reuse: Whether stored predictions of equal settings are used.
        fp16: Whether to predict in mixed precision.
        num_videos: How many videos there will be, for the log.

    Attributes:
        records: What was done for each video, in order.
    """

    def __init__(
        self,
        model: BaseSegmentor,
        adapter: VideoAdapter | None,
        store: PredictionStore,
        describe: Callable[[str], dict[str, Any]],
        seed: int,
        reuse: bool = True,
        fp16: bool = False,
        num_videos: int | None = None,
    ) -> None:
        super().__init__(model, fp16)
        self.num_videos = num_videos
        self.records: list[AdaptationRecord] = []
        self._given = model
        self._adapter = adapter
        self._store = store
        self._describe = describe
        self._seed = seed
        self._reuse = reuse
        self._video_id: str | None = None
        self._settings: dict[str, Any] = {}
        self._stored: StoredVideo | None = None
        self._random = RandomStream(seed)

    def predict(self, data_batch: dict) -> list[FramePrediction]:
        """Segment frames of one video, which it adapts to before the first."""
        samples = data_batch['data_samples']
        video_id = samples[0].video_id
        if video_id != self._video_id:
            self._open(video_id)
        if self._stored is not None:
            return [self._recall(sample, self._stored) for sample in samples]
        with self._random.use():
            return super().predict(data_batch)

    def finish_video(self, frames: list[FramePrediction]) -> None:
        """Complete the masks of the video and store them."""
        video_id = frames[0].data_sample.video_id
        if self._stored is None:
            begin = time.perf_counter()
            with self._random.use():
                super().finish_video(frames)
            self._add_losses(time.perf_counter() - begin)
            losses = self.records[-1].losses
            self._store.write(video_id, self._settings, frames, losses)
        self.model = self._given
        self._video_id = self._stored = None

    def _add_losses(self, seconds: float) -> None:
        """Complete the record if steps of post-processing were trained."""
        losses = [x for step in self.model.postprocess for x in step.losses]
        record = self.records[-1]
        if losses and record.seconds is not None:
            seconds += record.seconds
            losses = [*record.losses, *losses]
            self.records[-1] = record._replace(losses=losses, seconds=seconds)
            self._log(_describe(losses, seconds))

    def _open(self, video_id: str) -> None:
        """Read the predictions of a video, or adapt to it."""
        self._video_id = video_id
        self._settings = self._describe(video_id)
        self._stored = None
        if self._reuse:
            self._stored = self._store.read(video_id, self._settings)
        if self._stored is not None:
            losses = self._stored.losses
            self.records.append(AdaptationRecord(video_id, losses, None))
            self._log('predictions are reused')
            return
        seed = zlib.crc32(encode_name(f'{self._seed}/{video_id}'))
        self._random = RandomStream(seed)
        if self._adapter is None:
            self.records.append(AdaptationRecord(video_id, [], 0.0))
            return
        begin = time.perf_counter()
        with self._random.use():
            self.model, losses = self._adapter.adapt(
                self._given, video_id, seed
            )
        seconds = time.perf_counter() - begin
        self.records.append(AdaptationRecord(video_id, losses, seconds))
        self._log(_describe(losses, seconds))

    def _log(self, text: str) -> None:
        """Say what was done for the last video."""
        of = '' if self.num_videos is None else f' of {self.num_videos}'
        print_log(
            f'video {len(self.records)}{of}, {self._video_id}: {text}',
            logger='current',
        )

    def _recall(
        self, sample: MotionDataSample, stored: StoredVideo
    ) -> FramePrediction:
        frame_id = sample.frame_id
        if frame_id not in stored.masks:
            raise ValueError(
                f'{self._store.path(sample.video_id)} lacks frame {frame_id}, '
                'which could not be read when it was made: remove the file'
            )
        sample.pred_regions = stored.regions[frame_id]
        return FramePrediction(stored.masks[frame_id], {}, sample)


def _describe(losses: list[float], seconds: float) -> str:
    change = f', loss {losses[0]:.4g} -> {losses[-1]:.4g}' if losses else ''
    return f'{len(losses)} steps in {seconds:.1f} s{change}'
