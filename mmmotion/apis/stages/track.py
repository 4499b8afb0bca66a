"""Stage 5: which object is which, through the whole video."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from mmmotion.flow import read_flow, read_frame
from mmmotion.postprocessing.objects import ObjectSummary, ObjectTracker

from ..work_folder import WorkFolder
from .decode import Frames
from .estimate_flow import find_flow
from .frame_arrays import FrameArrays
from .progress import StageProgress

STAGE = 'objects'
_SURE = 0.5
_COARSE_SIDE = 192
_MIN_LARGEST = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Objects:
    """The objects of a video at working size.

    Attributes:
        provisional: (h, w) uint16 or uint32 labels of each frame, as they
            were when the rest of the video was not known.
        mapping: Final number by provisional one; 0 is background.
        motion_scores: How much an object moves, by its final number; above 1
            it does. NaN where there was no flow.
        moves: Whether anything moves; True where there was no flow to tell.
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
        return self._table[self.provisional.read(index)]

    @cached_property
    def _table(self) -> np.ndarray:
        """Final number by provisional one; long videos have many."""
        table = np.zeros(max(self.mapping, default=0) + 1, np.uint8)
        for before, after in self.mapping.items():
            table[before] = after
        return table


def track_objects(
    frames: Frames,
    masks: FrameArrays,
    work: WorkFolder,
    num_objects: int | str | None,
    moving_only: bool,
    progress: StageProgress,
    stage: str = STAGE,
) -> Objects:
    """Follow the objects through the video, and judge how they move.

    Args:
        frames: The frames.
        masks: (K, h, w) soft masks of each frame.
        work: Folder of the run.
        num_objects: Most objects to tell apart, or ``'auto'``; None makes one
            object of all.
        moving_only: Whether objects that stand still are dropped.
        progress: Told about every frame.
        stage: Name of the stage.
    """
    settings = dict(num_objects=num_objects, moving_only=moving_only)
    work.begin(stage, settings)
    labels = FrameArrays(work.folder(stage), len(frames), masks.window)
    facts = work.facts(stage)
    if facts is None:
        # All of the foreground, with what is too small to be followed: what
        # is asked is whether it moves, for which less detail will do.
        as_whole = num_objects is None and not moving_only
        tracker = (
            ObjectTracker(max_side=_COARSE_SIDE)
            if as_whole else ObjectTracker(num_objects or 'auto', moving_only)
        )
        with progress.stage(stage, len(frames)) as advance:
            for window in labels.windows():
                found = []
                for index in window:
                    groups = _groups(masks, index)
                    image = read_frame(frames.path(index))
                    numbers = tracker.update(groups, _flow(work, index), image)
                    if as_whole:
                        numbers = _foreground(groups) > _SURE
                    found.append(_compact(numbers.numpy()))
                    advance()
                labels.write(window, found)
        facts = _summarise(tracker.finish(), num_objects is None)
        if as_whole:
            facts['mapping'] = [[1, 1]]
        work.finish(stage, facts)
    return Objects(
        labels,
        dict(facts['mapping']),
        {
            number: _from_json(score)
            for number, score in facts['motion_scores']
        },
        facts['moves'],
    )


def read_next_flow(work: WorkFolder, index: int) -> np.ndarray | None:
    """(2, h, w) float32 flow of a frame to the next one, if there is one."""
    return read_gap_flow(work, index, 1)


def read_gap_flow(work: WorkFolder, index: int, gap: int) -> np.ndarray | None:
    """(2, h, w) float32 flow of a frame to another one, if there is one.

    Args:
        work: Folder of the run.
        index: Position of the frame.
        gap: Signed distance to the other frame.
    """
    try:
        flow = read_flow(find_flow(work, index, gap))
    except FileNotFoundError:
        return None
    return np.ascontiguousarray(flow.transpose(2, 0, 1))


def _compact(numbers: np.ndarray) -> np.ndarray:
    """Labels as uint16, or uint32 if a long video needs them."""
    largest = int(numbers.max(initial=0))
    return numbers.astype(np.min_scalar_type(max(largest, _MIN_LARGEST)))


def _groups(masks: FrameArrays, index: int) -> torch.Tensor:
    """(1, h, w) foreground, or (1 + K, h, w) with the background first."""
    groups = torch.from_numpy(masks.read(index).astype(np.float32))
    if len(groups) < 2:
        return groups
    background = (1 - groups.sum(dim=0, keepdim=True)).clamp(min=0)
    return torch.cat([background, groups])


def _flow(work: WorkFolder, index: int) -> torch.Tensor | None:
    flow = read_next_flow(work, index)
    return None if flow is None else torch.from_numpy(flow)


def _foreground(groups: torch.Tensor) -> torch.Tensor:
    """(h, w) soft foreground of what :func:`_groups` returns."""
    return groups[0] if len(groups) == 1 else 1 - groups[0]


def _summarise(summary: ObjectSummary, as_one: bool) -> dict[str, Any]:
    """What is kept of a summary, as JSON can hold it."""
    mapping, scores = summary.mapping, summary.motion_scores
    if as_one and scores:
        mapping = {number: min(kept, 1) for number, kept in mapping.items()}
        # Some are NaN if they are seen in the last frame alone.
        scores = {1: float(np.fmax.reduce(list(scores.values())))}
    return dict(
        mapping=[list(pair) for pair in mapping.items()],
        motion_scores=[[n, _to_json(score)] for n, score in scores.items()],
        moves=bool(summary.moves),
    )


def _to_json(score: float) -> float | None:
    return float(score) if math.isfinite(score) else None


def _from_json(score: float | None) -> float:
    return math.nan if score is None else score
