"""One video, from its frames to what is known about it."""

import shutil
import tempfile
import weakref
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmmotion import __version__
from mmmotion.structures import VideoResult

from .method import Method
from .outputs import ObjectsWriter, write_davis_png
from .sources import FrameSource
from .stages import (
    FinalMasks,
    LazyFrames,
    StageProgress,
    decode_frames,
    estimate_flow,
    learn_weights,
    measure_objects,
    predict_masks,
    read_next_flow,
    track_objects,
)
from .work_folder import WorkFolder

STAGES = ('frames', 'flow', 'adapt', 'predict', 'objects')


@dataclass(frozen=True)
class RunSettings:
    """Choices of a run besides its method.

    Attributes:
        adapt_iters: Iterations of the training on the video; None takes
            those of the config without weights, and none with weights.
        num_objects: Objects to tell apart: a number or ``'auto'``; None
            makes all that moves one object.
        moving_only: Whether objects that stand still are dropped.
        max_frames: How many frames to take at most; None takes all.
        seed: Seed of all random numbers.
        num_workers: Processes that compute flow; None takes as many as are
            worth it.

    Raises:
        ValueError: If a value is none of these.
    """

    adapt_iters: int | None = None
    num_objects: int | str | None = None
    moving_only: bool = False
    max_frames: int | None = None
    seed: int = 0
    num_workers: int | None = None

    def __post_init__(self) -> None:
        objects = self.num_objects
        if isinstance(objects, str) and objects != 'auto':
            raise ValueError(
                f"expected num_objects to be a number or 'auto', got "
                f'{objects!r}'
            )
        if isinstance(objects, int) and objects < 1:
            raise ValueError(
                f'expected num_objects to be 1 or more, got {objects}'
            )
        if self.max_frames is not None and self.max_frames < 1:
            raise ValueError(
                f'expected max_frames to be 1 or more, got {self.max_frames}'
            )


class VideoRun:
    """Works on one video, and goes on where an earlier run stopped.

    Everything that grows with the length of the video is on disk.

    Args:
        source: The video.
        method: The method.
        settings: The choices.
        out_dir: Folder that gets a folder for the video; None works in a
            private temporary folder that goes with the result.
        progress: Told about every step.

    Raises:
        OSError: If the folder cannot be made or written.
    """

    def __init__(
        self,
        source: FrameSource,
        method: Method,
        settings: RunSettings,
        out_dir: str | Path | None,
        progress: StageProgress,
    ) -> None:
        self.source = source
        self.method = method
        self.settings = settings
        self.progress = progress
        self.out_dir: Path | None = None
        self._private: str | None = None
        if out_dir is not None:
            self.out_dir = Path(out_dir, source.name)
            root = self.out_dir / '.work'
        else:
            self._private = tempfile.mkdtemp(prefix='mmmotion-')
            root = Path(self._private)
        self.work = WorkFolder(root, STAGES)

    def run(self) -> VideoResult:
        """Do the stages that are not finished.

        Raises:
            InputError: If the video cannot be worked on.
            OSError: If a file cannot be written.
        """
        try:
            result = self._run()
        except BaseException:
            if self._private is not None:
                shutil.rmtree(self._private, ignore_errors=True)
            raise
        if self._private is not None:
            # The arrays of the result are read from there.
            weakref.finalize(
                result, shutil.rmtree, self._private, ignore_errors=True
            )
        return result

    def _run(self) -> VideoResult:
        method, settings = self.method, self.settings
        adapts = method.adapts(settings.adapt_iters)
        frames = decode_frames(
            self.source,
            self.work,
            method.work_side(adapts),
            settings.max_frames,
            self.progress,
        )
        for warning in frames.warnings:
            self.progress.say(f'warning: {warning}')
        method.check_length(len(frames))
        has_flow = len(frames) > 1
        estimate_flow(
            frames,
            self.work,
            method.estimator,
            method.gaps(adapts),
            method.device,
            settings.num_workers,
            method.plugins,
            self.progress,
        )
        weights = learn_weights(
            method,
            self.work,
            settings.adapt_iters,
            has_flow,
            settings.seed,
            self.progress,
        )
        groups = predict_masks(
            method, weights, frames, self.work, has_flow, self.progress
        )
        objects = track_objects(
            frames,
            groups,
            self.work,
            settings.num_objects,
            settings.moving_only,
            self.progress,
        )
        return self._write(FinalMasks(frames, groups, objects))

    def _write(self, masks: FinalMasks) -> VideoResult:
        frames, objects = masks.frames, masks.objects
        writer = ObjectsWriter(objects.num_objects)
        with self.progress.stage('write', len(frames)) as advance:

            def take(index: int, labels: np.ndarray) -> None:
                if self.out_dir is not None:
                    name = f'{frames.names[index]}.png'
                    write_davis_png(self.out_dir / 'masks' / name, labels)
                    writer.add(labels)
                advance()

            tracks = measure_objects(masks, take)
        result = VideoResult(
            name=self.source.name,
            size=frames.size,
            fps=self.source.fps,
            frame_names=frames.names,
            objects=tracks,
            verdict='objects' if objects.moves else 'nothing moves',
            settings=self._describe(),
            warnings=frames.warnings,
            labels=LazyFrames(len(frames), masks.labels),
            soft_masks=LazyFrames(len(frames), masks.soft),
            flows=LazyFrames(
                len(frames), lambda i: read_next_flow(self.work, i)
            ),
        )
        if self.out_dir is not None:
            writer.write(self.out_dir / 'objects.json', result)
        return result

    def _describe(self) -> dict[str, Any]:
        method = self.method
        return dict(
            version=__version__,
            method=method.name,
            weights=method.weights,
            device=method.device,
            flow=method.estimator,
            **asdict(self.settings),
        )
