"""Panels of the results during validation and test."""

from collections.abc import Sequence
from pathlib import Path

import mmcv
import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from mmmotion.flow import read_frame
from mmmotion.registry import HOOKS
from mmmotion.structures import MotionDataSample
from mmmotion.visualization import draw_motion_panel


@HOOKS.register_module()
class PanelVisualizationHook(Hook):
    """Write a panel frame | flow | soft masks | result | ground truth.

    Panels go to ``<out_dir>/<video_id>/<frame_id>.png``. If the visualizer
    of the run has a TensorBoard backend, it gets them as images too.

    Args:
        draw: Whether to draw at all. Off by default, because pictures take
            longer than the metrics.
        interval: Draw every n-th frame of a video, starting with its first.
        out_dir: Target folder; ``<work dir of the run>/panels`` if None.
        max_videos: Number of videos to draw on each rank, in the order in
            which they come; all of them if None.
        tile_height: Height of each picture of a panel in pixels.

    Raises:
        ValueError: If ``interval`` or ``max_videos`` is below 1.
    """

    # After the result is complete and before the metrics are logged.
    priority = 'NORMAL'

    def __init__(
        self,
        draw: bool = False,
        interval: int = 1,
        out_dir: str | None = None,
        max_videos: int | None = None,
        tile_height: int = 240,
    ) -> None:
        if interval < 1:
            raise ValueError(f'interval must be at least 1, got {interval}')
        if max_videos is not None and max_videos < 1:
            raise ValueError(
                f'max_videos must be at least 1 or None, got {max_videos}'
            )
        self.draw = draw
        self.interval = interval
        self.out_dir = out_dir
        self.max_videos = max_videos
        self.tile_height = tile_height
        self._videos: set[str] = set()

    def _before_epoch(self, runner: Runner, mode: str = 'train') -> None:
        """Start to count videos anew."""
        self._videos.clear()

    def _after_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[MotionDataSample] | None = None,
        mode: str = 'train',
    ) -> None:
        """Draw the frames of a batch of the validation or the test."""
        if not self.draw or mode == 'train' or data_batch is None:
            return
        inputs = data_batch['inputs']
        for position, sample in enumerate(outputs or ()):
            if not self._is_wanted(sample):
                continue
            flows = inputs.get('flows')
            frames = inputs.get('frames')
            panel = draw_motion_panel(
                _load_frame(sample, frames, position),
                sample,
                flow=None if flows is None else flows[position][0],
                tile_height=self.tile_height,
            )
            self._write(runner, mode, sample, panel)

    def _is_wanted(self, sample: MotionDataSample) -> bool:
        if sample.get('frame_index', 0) % self.interval:
            return False
        full = self.max_videos is not None and (
            len(self._videos) >= self.max_videos
        )
        if full and sample.video_id not in self._videos:
            return False
        self._videos.add(sample.video_id)
        return True

    def _write(
        self,
        runner: Runner,
        mode: str,
        sample: MotionDataSample,
        panel: np.ndarray,
    ) -> None:
        folder = Path(self.out_dir or Path(runner.log_dir) / 'panels')
        path = folder / sample.video_id / f'{sample.frame_id}.png'
        # mmcv makes missing folders; OpenCV wants BGR.
        mmcv.imwrite(panel[..., ::-1], str(path))
        backend = runner.visualizer.get_backend('TensorboardVisBackend')
        if backend is not None:
            name = f'{mode}/{sample.video_id}/{sample.frame_id}'
            backend.add_image(name, panel, step=runner.iter)


def _load_frame(
    sample: MotionDataSample,
    frames: Sequence[Tensor] | None,
    position: int,
) -> np.ndarray:
    path = sample.get('img_path')
    if path is not None:
        return read_frame(path)
    if frames is None:
        raise ValueError(
            f'{sample.video_id}/{sample.frame_id} cannot be drawn: it has '
            'neither img_path nor inputs["frames"]'
        )
    image = frames[position][0].detach().cpu().numpy()
    return np.rint(image).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)
