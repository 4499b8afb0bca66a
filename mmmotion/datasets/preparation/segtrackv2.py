"""Preparation of SegTrackv2."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmmotion.flow.frames import frame_size, list_folders, list_frames

from ..segtrackv2 import SEGTRACKV2_VIDEOS
from ..transforms import read_annotation
from .prepared_tree import (
    PlannedVideo,
    PreparationSummary,
    check_same_size,
    find_named,
    write_videos,
)

_HALF = 127


def prepare_segtrackv2(
    source: str | Path, root: str | Path
) -> PreparationSummary:
    """Number the frames and merge the objects of each video.

    ::

        <source>/
            JPEGImages/<video>/*.png (or .bmp, .jpg)
            GroundTruth/<video>/*.png             one object
            GroundTruth/<video>/<object>/*.png    several

    Annotations belong to the image of the same name or, where the names
    differ, to the one at the same position. The foreground is the union of
    all objects of a video. (The released script of Motion Grouping adds 8-bit
    masks of two objects in five videos, which wraps where they overlap, and
    leaves the six objects of penguin unmerged.)

    Args:
        source: Folder of the distributed data set.
        root: Folder to write ``JPEGImages`` and ``Annotations`` to, frames
            named from 00000.

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If a folder or all videos are missing.
        ValueError: If annotations do not fit the images of their video, or a
            file is damaged.
    """
    source, root = Path(source), Path(root)
    found = find_named(
        list_folders(source / 'JPEGImages'), SEGTRACKV2_VIDEOS, source
    )
    videos = [
        _plan(name, folder, source / 'GroundTruth' / name)
        for name, folder in found.items()
    ]
    return write_videos(videos, source, root, merge_objects)


def merge_objects(video: PlannedVideo, frame: str) -> np.ndarray:
    """Unite the masks of the objects of one frame.

    Args:
        video: The video.
        frame: Name of the frame.

    Returns:
        (H, W) bool foreground.

    Raises:
        ValueError: If a mask has another size than the image or no white
            pixels but others than black.
    """
    size = frame_size(video.images[frame])
    merged = np.zeros(size, dtype=bool)
    for path in video.masks[frame]:
        values = read_annotation(path)
        check_same_size(values, size, path)
        if 0 < values.max() <= _HALF:
            raise ValueError(
                'expected a mask of the values 0 and 255, got at most '
                f'{values.max()}: {path}'
            )
        merged |= values > _HALF
    return merged


def _plan(name: str, folder: Path, truth: Path) -> PlannedVideo:
    images = list_frames(folder)
    objects = [truth, *list_folders(truth).values()]
    masks: dict[str, list[str]] = {}
    for annotated in objects:
        paths = list_frames(annotated)
        for position, path in zip(_positions(images, paths, annotated), paths):
            masks.setdefault(f'{position:05d}', []).append(path)
    if not images or not masks:
        raise FileNotFoundError(
            f'expected images in {folder.absolute()} and annotations in '
            f'{truth.absolute()}, got {len(images)} and {len(masks)}'
        )
    numbered = {f'{i:05d}': path for i, path in enumerate(images)}
    return PlannedVideo(name, numbered, dict(sorted(masks.items())))


def _positions(
    images: Sequence[str], annotations: Sequence[str], folder: Path
) -> list[int]:
    """Position of the image that each annotation belongs to."""
    by_name = {Path(path).stem: i for i, path in enumerate(images)}
    names = [Path(path).stem for path in annotations]
    if all(name in by_name for name in names):
        return [by_name[name] for name in names]
    if len(annotations) != len(images):
        raise ValueError(
            f'expected annotations with the names of the images or one for '
            f'each of the {len(images)} images, got {len(annotations)} with '
            f'other names in {folder.absolute()}'
        )
    return list(range(len(images)))
