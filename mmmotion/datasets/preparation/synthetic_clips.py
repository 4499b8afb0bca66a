"""Writing of synthetic scenes as clips on disk."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmmotion.flow.atomic import (
    clean_stale_files,
    temporary_folder,
    write_atomically,
)
from mmmotion.flow.extraction_progress import ExtractionProgress
from mmmotion.flow.io import encode_flow
from mmmotion.flow.process_pool import run_in_processes
from mmmotion.structures import encode_labels

from ..synthesis import SceneKey, View, WorldSettings, build_scene
from .prepared_tree import encode_image

_GAPS = (1, -1)
_NOTE = 'synthetic.json'
_IMAGES = 'JPEGImages'
_MAX_OBJECTS = 9


@dataclass(frozen=True)
class ClipPlan:
    """One clip and where it goes.

    Attributes:
        key: Name of its scene.
        world: Settings of the world.
        root: Folder of the data set.
        flow_suffix: ``'.flo'`` or ``'.npy'``.
    """

    key: SceneKey
    world: WorldSettings
    root: str
    flow_suffix: str = '.flo'

    @property
    def name(self) -> str:
        """Number of objects and number of the clip."""
        num_objects = self.world.count_objects(self.key.index)
        return f'{num_objects}_{self.key.index:05d}'

    def files(self) -> dict[str, list[str]]:
        """Return the names of the clip's files in each folder of the root."""
        frames = [f'{i:05d}' for i in range(self.world.num_frames)]
        pictures = [f'{frame}.png' for frame in frames]
        numbers = range(1, 1 + self.world.count_objects(self.key.index))
        names = {
            'AmodalAnnotations': [
                f'{number}_{picture}' for number in numbers
                for picture in pictures
            ],
            'Annotations': pictures,
        }
        for gap in _GAPS if len(frames) > 1 else ():
            sources = slice(max(0, -gap), len(frames) - max(0, gap))
            names[f'Flows_gap{gap}'] = [
                f'{frame}{self.flow_suffix}' for frame in frames[sources]
            ]
            names[f'Visibility_gap{gap}'] = pictures[sources]
        # Last, because a clip exists if its images do.
        return {**names, _IMAGES: [f'{frame}.jpg' for frame in frames]}

    def is_whole(self) -> bool:
        """Tell whether all files are there and none is empty."""
        for folder, names in self.files().items():
            path = os.path.join(self.root, folder, self.name)
            if not os.path.isdir(path):
                return False
            with os.scandir(path) as entries:
                filled = {
                    entry.name
                    for entry in entries if entry.stat().st_size
                }
            if not filled.issuperset(names):
                return False
        return True


@dataclass
class ClipSummary:
    """What a run of the generator did with the clips of its shard.

    Attributes:
        root: Folder of the data set.
        num_written: New clips.
        num_existing: Clips that were there and whole.
    """

    root: str
    num_written: int = 0
    num_existing: int = 0

    def __str__(self) -> str:
        return (
            f'{self.root}: {self.num_written} clips written, '
            f'{self.num_existing} already there'
        )


def write_clips(
    plans: Sequence[ClipPlan],
    num_workers: int = 0,
    shard: tuple[int, int] = (0, 1),
    show_progress: bool = False,
) -> ClipSummary:
    """Render scenes and write them in the layout of ``SyntheticClips``.

    Can be killed at any moment and started again: a clip gets its name only
    when all its files are there, images last, and clips that are whole are
    kept. A clip is the scene that ``SyntheticMotion`` renders under the same
    number. Files that this function has not written are left alone.

    Args:
        plans: All clips, for every shard, of one world, seed and split.
        num_workers: Number of worker processes, 0 for none.
        shard: (i, n): do the clips i, i + n, i + 2 n, ... from 0.
        show_progress: Show a progress bar with the time left.

    Returns:
        Counts of what was done.

    Raises:
        SampleError: If a picture that a scene is made of cannot be read.
        ValueError: If an argument is out of its range, there are more than 9
            objects, or the folder holds clips of another world or of another
            origin.
        RuntimeError: If a worker process dies.
    """
    _check(plans, num_workers, shard)
    root = plans[0].root
    _record(plans[0])
    clean_stale_files(root, is_deep=False)
    mine = plans[shard[0]::shard[1]]
    missing = [plan for plan in mine if not plan.is_whole()]
    summary = ClipSummary(root, num_existing=len(mine) - len(missing))
    with ExtractionProgress(len(missing), show_progress, 'clips') as progress:
        for _ in _run(missing, num_workers):
            summary.num_written += 1
            progress.advance(1)
    return summary


def _check(
    plans: Sequence[ClipPlan], num_workers: int, shard: tuple[int, int]
) -> None:
    if not plans:
        raise ValueError('expected at least one clip, got none')
    if num_workers < 0:
        raise ValueError(f'expected num_workers >= 0, got {num_workers}')
    if not 0 <= shard[0] < shard[1]:
        raise ValueError(f'expected shard (i, n) with 0 <= i < n, got {shard}')
    if plans[0].world.num_objects[1] > _MAX_OBJECTS:
        raise ValueError(
            f'expected at most {_MAX_OBJECTS} objects, whose number is the '
            "first character of a clip's name, got num_objects="
            f'{plans[0].world.num_objects}'
        )


def _record(plan: ClipPlan) -> None:
    """Note what the clips are made of, or compare with the note."""
    note: dict[str, Any] = dict(  # Any: settings of all kinds
        seed=plan.key.seed,
        split=plan.key.split,
        flow=plan.flow_suffix,
        **asdict(plan.world),
    )
    text = json.dumps(note, indent=2)
    path = Path(plan.root, _NOTE)
    # Before the note is looked for, because another shard may just write it
    # and its first clip.
    foreign = _find_filled(plan)
    if not path.exists():
        if foreign is not None:
            raise ValueError(
                f'{foreign.absolute()} holds clips that this tool has not '
                f'written, there is no {path.absolute()}: choose another '
                'folder'
            )
        write_atomically(path, text.encode())
        return
    # A setting that did not exist yet had the effect of its default.
    defaults = json.loads(json.dumps(asdict(WorldSettings())))
    known = defaults | _read_note(path)
    for key, value in json.loads(text).items():
        if known.get(key) != value:
            raise ValueError(
                f'{path.absolute()} says that the clips were made with '
                f'{key}={known.get(key)!r}, not {value!r}: choose another '
                'folder'
            )


def _find_filled(plan: ClipPlan) -> Path | None:
    """Return the first folder of the clips in which there is anything."""
    for name in plan.files():
        folder = Path(plan.root, name)
        if folder.is_dir() and any(folder.iterdir()):
            return folder
    return None


def _read_note(path: Path) -> dict[str, Any]:
    found: object
    try:
        known = json.loads(path.read_bytes())
        found = type(known).__name__
    except ValueError as error:
        known, found = None, error
    if not isinstance(known, dict):
        raise ValueError(
            'expected the settings of the clips as a JSON object, got '
            f'{found}: {path.absolute()} (choose another folder)'
        )
    return known


def _run(plans: Sequence[ClipPlan], num_workers: int) -> Iterator[None]:
    if num_workers == 0 or not plans:
        yield from map(write_clip, plans)
        return
    yield from run_in_processes(write_clip, plans, num_workers)


def write_clip(plan: ClipPlan) -> None:
    """Render one scene and write all its files.

    Args:
        plan: The clip.

    Raises:
        SampleError: If a picture that it is made of cannot be read.
    """
    cv2.setNumThreads(1)  # processes share the cores
    scene = build_scene(plan.key, plan.world)
    views = [View(scene, frame) for frame in range(plan.world.num_frames)]
    with temporary_folder(Path(plan.root, plan.name)) as folder:
        for name in plan.files():
            (folder / name).mkdir()
        for path, content in _render(plan, views):
            (folder / path).write_bytes(content)
        _remove(plan)
        for name in plan.files():
            _move(folder / name, Path(plan.root, name, plan.name))


def _remove(plan: ClipPlan) -> None:
    """Remove the files of a clip, images first, and no others."""
    for folder, names in reversed(plan.files().items()):
        target = Path(plan.root, folder, plan.name)
        for name in names:
            (target / name).unlink(missing_ok=True)
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()


def _move(source: Path, target: Path) -> None:
    """Move a folder of files, into one that holds others if there is one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.replace(source, target)
        return
    for path in source.iterdir():
        os.replace(path, target / path.name)


def _render(plan: ClipPlan,
            views: Sequence[View]) -> Iterator[tuple[str, bytes]]:
    """Yield the path within the clip and the content of each file."""
    for view in views:
        frame = f'{view.frame:05d}'
        yield f'{_IMAGES}/{frame}.jpg', encode_image(view.image())
        modal, amodal, _ = view.masks()
        numbers = np.arange(1, len(modal) + 1, dtype=np.uint8)
        labels = (modal * numbers[:, None, None]).max(axis=0)
        yield f'Annotations/{frame}.png', encode_labels(labels)
        for number, mask in zip(numbers, amodal):
            path = f'AmodalAnnotations/{number}_{frame}.png'
            yield path, _encode_mask(mask)
        for gap in _GAPS:
            target = view.frame + gap
            if not 0 <= target < len(views):
                continue
            flow = view.flow(target)
            path = f'Flows_gap{gap}/{frame}{plan.flow_suffix}'
            yield path, encode_flow(flow, path)
            visible = view.visibility(flow, views[target])
            yield f'Visibility_gap{gap}/{frame}.png', _encode_mask(visible)


def _encode_mask(mask: np.ndarray) -> bytes:
    """Make a PNG file, white on black."""
    return cv2.imencode('.png', mask.astype(np.uint8) * 255)[1].tobytes()
