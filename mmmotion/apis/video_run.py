"""One video, from its frames to what is known about it."""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from mmmotion import __version__
from mmmotion.flow import read_frame
from mmmotion.structures import ObjectTrack, VideoResult
from mmmotion.visualization import write_report

from .method import Method
from .outputs import (
    ObjectsWriter,
    track_from_json,
    track_to_json,
    write_davis_png,
    write_overlay,
    write_result_json,
    write_soft_masks,
)
from .result_folder import WORK, ResultFolder
from .run_settings import RunSettings
from .sources import FrameSource
from .stages import (
    FinalMasks,
    FrameArrays,
    Frames,
    LazyFrames,
    StageProgress,
    decode_frames,
    estimate_flow,
    learn_weights,
    measure_objects,
    predict_masks,
    read_next_flow,
    segment_flow,
    track_objects,
)
from .stages.decode import frame_path
from .work_folder import VIDEO_ID, WorkFolder

STAGES = (
    'frames', 'flow', 'adapt', 'predict', 'objects', 'flow-masks',
    'flow-objects', 'write', 'overlay', 'report'
)  # yapf: disable
_LAST_OF_ARRAYS = 'flow-objects'
_Array = TypeVar('_Array', np.ndarray, np.ndarray | None)
_FLOW_ALONE = (
    'what the method found does not move; the masks are those of the flow '
    'alone (robust-background)'
)


class VideoRun:
    """Works on one video, and goes on where an earlier run stopped.

    Everything that grows with the length of the video is on disk.

    Args:
        source: The video.
        method: The method.
        settings: The choices.
        out_dir: Folder that gets a folder for the video; None works in a
            private temporary folder that goes with the sequences of the
            result.
        progress: Told about every step.

    Raises:
        OSError: If the folder cannot be made or written, holds what is not a
            result, or another run works in it.
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
        self.results: ResultFolder | None = None
        self._private: str | None = None
        if out_dir is not None:
            self.results = ResultFolder(Path(out_dir, source.name))
            root = self.results.file(WORK)
        else:
            self._private = tempfile.mkdtemp(prefix='mmmotion-')
            root = Path(self._private)
            # The arrays of a result are read from there.
            weakref.finalize(
                self, shutil.rmtree, self._private, ignore_errors=True
            )
        self.work = WorkFolder(root, STAGES)

    def __enter__(self) -> 'VideoRun':
        return self

    def __exit__(self, *error: object) -> None:
        """Let other runs have the folder of the results."""
        if self.results is not None:
            self.results.close()

    def run(self) -> VideoResult:
        """Do the stages that are not finished.

        Raises:
            InputError: If the video cannot be worked on.
            OSError: If a file cannot be written.
        """
        try:
            return self._run()
        except BaseException:
            if self._private is not None:
                shutil.rmtree(self._private, ignore_errors=True)
            raise

    def write_pictures(
        self, result: VideoResult, overlay: bool, report: bool, command: str
    ) -> None:
        """Write what people look at, unless it is there.

        Args:
            result: What :meth:`run` has returned.
            overlay: Whether to write ``overlay.mp4``.
            report: Whether to write ``report.html``.
            command: How to make it again, for the report.
        """
        assert self.results is not None
        self.work.begin('overlay', dict(fps=result.fps))
        self.work.begin('report', dict(command=command, fps=result.fps))
        overlay = overlay and not self._has('overlay', 'overlay.mp4')
        report = report and not self._has('report', 'report.html')
        # The page is made while the video is: neither keeps two cores busy.
        with ThreadPoolExecutor(1) as executor:
            page = None
            if report:
                page = executor.submit(
                    write_report,
                    self.results.file('report.html'),
                    result,
                    self._read_frame,
                    command,
                )
            if overlay:
                self._write_overlay(result)
            if page is not None:
                with self.progress.stage('report', 1) as advance:
                    page.result()
                    advance()
                self.work.finish('report', {})

    def _has(self, stage: str, name: str) -> bool:
        """Whether a stage is finished and the file that it made is there."""
        assert self.results is not None
        is_finished = self.work.facts(stage) is not None
        return is_finished and self.results.file(name).is_file()

    def _write_overlay(self, result: VideoResult) -> None:
        assert self.results is not None
        path = self.results.file('overlay.mp4')
        with self.progress.stage('overlay', len(result)) as advance:
            write_overlay(
                path, self.source, result.labels, result.fps, advance
            )
        self.work.finish('overlay', {})

    def _read_frame(self, index: int) -> np.ndarray:
        """(h, w, 3) uint8 RGB frame at working size."""
        folder = self.work.folder('frames') / VIDEO_ID
        return read_frame(frame_path(folder, index))

    def write_data(self, result: VideoResult, soft_masks: bool) -> None:
        """Write what scripts read.

        Args:
            result: What :meth:`run` has returned.
            soft_masks: Whether to write ``soft_masks.npz``.
        """
        assert self.results is not None
        if soft_masks:
            path = self.results.file('soft_masks.npz')
            with self.progress.stage('archive', len(result)) as advance:
                write_soft_masks(path, result, advance)
        write_result_json(self.results.file('result.json'), result)

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
            frames,
            settings.seed,
            self.progress,
        )
        groups = predict_masks(
            method, weights, frames, self.work, self.progress
        )
        return self._write(self._find_objects(frames, groups))

    def _find_objects(self, frames: Frames, groups: FrameArrays) -> FinalMasks:
        """Follow the objects; if none moves, ask the flow alone."""
        settings, work, progress = self.settings, self.work, self.progress
        how = settings.num_objects, settings.moving_only, progress
        objects = track_objects(frames, groups, work, *how)
        asks = not objects.moves and self.method.has_weights
        work.begin('flow-masks', {})
        if asks:
            masks = segment_flow(frames, groups.window, work, progress)
            others = track_objects(
                frames, masks, work, *how, stage='flow-objects'
            )
            if others.moves:
                self.progress.say(f'warning: {_FLOW_ALONE}')
                return FinalMasks(frames, masks, others, (_FLOW_ALONE, ))
        else:
            work.begin('flow-objects', {})
        return FinalMasks(frames, groups, objects)

    def _write(self, masks: FinalMasks) -> VideoResult:
        frames = masks.frames
        tracks = self._measure(masks)
        empty = 'nothing found' if masks.objects.moves else 'nothing moves'
        return VideoResult(
            name=self.source.name,
            size=frames.size,
            fps=self.source.fps,
            frame_names=frames.names,
            objects=tracks,
            verdict='objects' if tracks else empty,
            settings=self._describe(frames),
            warnings=(*frames.warnings, *masks.warnings),
            is_counted=self.settings.num_objects is not None,
            labels=self._read_later(len(frames), masks.labels),
            soft_masks=self._read_later(len(frames), masks.soft),
            flows=self._read_later(
                len(frames), lambda i: read_next_flow(self.work, i)
            ),
        )

    def _read_later(self, num_frames: int,
                    read: Callable[[int], _Array]) -> LazyFrames[_Array]:

        def read_own(index: int) -> _Array:
            """Read an array, unless it is gone or that of a later run."""
            if not self.work.path.is_dir():
                raise RuntimeError(
                    f'the arrays of {self.source.name} went with '
                    f'{self.work.path}, where they are read from'
                )
            if not self.work.is_current(_LAST_OF_ARRAYS):
                raise RuntimeError(
                    f'the arrays of {self.source.name} are those of a later '
                    f'run now, which has used {self.work.path} as well: give '
                    'each its own name or out_dir'
                )
            return read(index)

        return LazyFrames(num_frames, read_own)

    def _measure(self, masks: FinalMasks) -> tuple[ObjectTrack, ...]:
        """Measure the objects, and write their masks on the way."""
        frames, results = masks.frames, self.results
        settings = dict(name=self.source.name, fps=self.source.fps)
        self.work.begin('write', settings)
        facts = self.work.facts('write')
        if facts is not None:
            if results is None or results.has_masks(frames.names):
                return tuple(map(track_from_json, facts['tracks']))
        elif results is not None:
            results.clear()
        writer = ObjectsWriter(masks.objects.num_objects)
        with self.progress.stage('write', len(frames)) as advance:

            def take(index: int, labels: np.ndarray) -> None:
                """Write the (H, W) labels of one frame."""
                if results is not None:
                    write_davis_png(results.mask(frames.names[index]), labels)
                    writer.add(labels)
                advance()

            tracks = measure_objects(masks, take)
        if results is not None:
            writer.write(
                results.file('objects.json'),
                self.source.name,
                frames.size,
                self.source.fps,
                frames.names,
                tracks,
            )
        self.work.finish(
            'write', dict(tracks=list(map(track_to_json, tracks)))
        )
        return tracks

    def _describe(self, frames: Frames) -> dict[str, Any]:
        method = self.method
        return dict(
            version=__version__,
            method=method.name,
            weights=method.weights,
            device=method.device,
            cfg_options=method.options,
            input=self.source.origin,
            flow=method.estimator,
            work_size=list(frames.work_size),
            complete=not frames.is_broken,
            **asdict(self.settings),
        )
