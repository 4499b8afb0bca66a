"""Stage 4: soft masks of all frames, window by window."""

import math

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from mmmotion.engine.adaptation import hash_checkpoints
from mmmotion.engine.loops.video_predictor import VideoPredictor
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.registry import DATASETS

from ..method import Method
from ..work_folder import WorkFolder
from .decode import Frames
from .frame_arrays import FrameArrays
from .progress import StageProgress

STAGE = 'predict'
_MAX_WINDOW = 128
_MIN_WINDOW = 32
_WINDOW_PIXELS = _MAX_WINDOW * 240 * 432
_BATCH = 8


def choose_window(work_size: tuple[int, int]) -> int:
    """Choose how many frames are predicted together.

    Post-processing that compares the frames of a video sees those of one
    window, and memory is that of one window.

    Args:
        work_size: (h, w) of the frames.

    Returns:
        128 up to 240 x 432 pixels, fewer of larger ones, at least 32.
    """
    fitting = _WINDOW_PIXELS // math.prod(work_size)
    return min(max(fitting, _MIN_WINDOW), _MAX_WINDOW)


def predict_masks(
    method: Method,
    weights: str | None,
    frames: Frames,
    work: WorkFolder,
    progress: StageProgress,
) -> FrameArrays:
    """Predict the soft masks of the objects, without the background.

    Args:
        method: The method.
        weights: File of the weights, if the method has any.
        frames: The frames.
        work: Folder of the run.
        progress: Told about every frame.

    Returns:
        (K, h, w) float16 masks in [0, 1] of each frame at working size.
    """
    how = work.path, frames.has_flow, frames.is_portrait
    cfg = method.for_video(*how)
    settings = dict(
        model=cfg.model,
        pipeline=cfg.test_dataloader.dataset,
        files=hash_checkpoints(cfg.model),
    )
    settings['pipeline'].pop('data_root')  # the folder may be moved
    work.begin(STAGE, settings)
    window = choose_window(frames.work_size)
    masks = FrameArrays(work.folder(STAGE), len(frames), window)
    if work.facts(STAGE) is not None:
        return masks
    model = method.build() if weights is None else method.load(weights)
    model = model.to(torch.device(method.device)).eval()
    predictor = _WindowPredictor(model, method.for_video(*how), frames)
    with progress.stage(STAGE, len(frames)) as advance:
        for positions in masks.windows():
            if not masks.has(positions):
                masks.write(positions, predictor.predict(positions))
            advance(len(positions))
    work.finish(STAGE, {})
    return masks


class _WindowPredictor:
    """Predicts the frames of a window as a loop of the test would."""

    def __init__(
        self, model: BaseSegmentor, cfg: Config, frames: Frames
    ) -> None:
        self.model = model
        self.predictor = VideoPredictor(model)
        # No other process reads it, and to serialise it takes a moment.
        self.dataset = DATASETS.build(
            dict(cfg.test_dataloader.dataset, serialize_data=False)
        )
        assert len(self.dataset) == len(frames), 'a test lists every frame'
        self.size = frames.work_size
        self.batch_size = cfg.test_dataloader.get('batch_size', 1)

    @torch.no_grad()
    def predict(self, positions: range) -> list[np.ndarray]:
        """Predict (K, h, w) float16 masks of some frames."""
        step = max(self.batch_size, _BATCH)
        predicted = []
        for start in range(positions.start, positions.stop, step):
            stop = min(start + step, positions.stop)
            batch = [self.dataset[i] for i in range(start, stop)]
            predicted += self.predictor.predict(pseudo_collate(batch))
        self.predictor.finish_video(predicted)
        masks = []
        while predicted:  # one by one, for they grow
            frame = predicted.pop(0)
            # Pipelines that load nothing but flow do not know it.
            frame.data_sample.set_metainfo(dict(ori_shape=self.size))
            self.model.finish_frame(frame)
            objects = frame.data_sample.pred_masks[1:]
            masks.append(objects.to(torch.float16).cpu().numpy())
        return masks
