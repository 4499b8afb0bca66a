"""Preparation of FBMS-59."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mmmotion.flow.frames import frame_size, list_folders, list_frames

from .prepared_tree import (
    PlannedVideo,
    PreparationSummary,
    check_same_size,
    write_videos,
)

_SPLIT_FOLDERS = ('Trainingset', 'Testset')
_WHITE = 0.99
_THRESHOLD = 0.1
_THRESHOLDS = dict(marple7=0.05, marple2=0.4)


def prepare_fbms59(source: str | Path, root: str | Path) -> PreparationSummary:
    """Number the frames and turn the annotations into foreground masks.

    ::

        <source>/{Trainingset,Testset}/<video>/
            <name>_0001.jpg
            GroundTruth/<name>_0001_gt.ppm        one style
            GroundTruth/<name>_0001_PROB_gt.ppm   not read
            GroundTruth/<name>_001.pgm            the other style

    Frames are numbered from 00001 in the order of their names. An annotation
    belongs to the image with the number in its own name, whatever the
    position of that image, as not all videos begin at 1.

    Args:
        source: Folder that holds one or both sets.
        root: Folder to write ``JPEGImages`` and ``Annotations`` to.

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If there is neither set, or a video has no images
            or no annotations.
        ValueError: If there is no image for an annotation, a name holds no
            number, or a file is damaged.
    """
    source, root = Path(source), Path(root)
    folders: dict[str, Path] = {}
    for name in _SPLIT_FOLDERS:
        if (source / name).is_dir():
            folders.update(list_folders(source / name))
    if not folders:
        raise FileNotFoundError(
            f'expected videos in {" or ".join(_SPLIT_FOLDERS)}, got none in '
            f'{source.absolute()}'
        )
    videos = [_plan(folder) for _, folder in sorted(folders.items())]
    return write_videos(videos, source, root, read_foreground)


def read_foreground(video: PlannedVideo, frame: str) -> np.ndarray:
    """Read an annotation as one foreground.

    White is background in ``.ppm`` files. Foreground is brighter than a
    tenth of the grey range, except in two videos, whose objects or background
    have other greys.

    Source: released preparation of Yang et al., "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021.

    Args:
        video: The video.
        frame: Name of the frame.

    Returns:
        (H, W) bool foreground.

    Raises:
        ValueError: If the file is damaged or has another size than the image.
    """
    (path, ) = video.masks[frame]
    try:
        with Image.open(path) as img:
            grey = np.array(img.convert('L')) / 255
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f'expected a whole annotation, got {error}: {path}'
        ) from error
    check_same_size(grey, frame_size(video.images[frame]), path)
    if path.endswith('.ppm'):
        grey[grey > _WHITE] = 0
    return grey > _THRESHOLDS.get(video.name, _THRESHOLD)


def _plan(folder: Path) -> PlannedVideo:
    images = list_frames(folder)
    truth = folder / 'GroundTruth'
    annotations = _list_annotations(truth) if truth.is_dir() else []
    if not images or not annotations:
        raise FileNotFoundError(
            f'expected images in {folder.absolute()} and annotations in its '
            f'folder GroundTruth, got {len(images)} and {len(annotations)}'
        )
    by_number: dict[int, str] = {}
    for position, path in enumerate(images, 1):
        number = _last_number(Path(path))
        if number in by_number:
            raise ValueError(f'two images with the number {number}: {path}')
        by_number[number] = f'{position:05d}'
    masks: dict[str, Sequence[str]] = {}
    for annotation in annotations:
        number = _annotation_number(annotation)
        if number not in by_number:
            raise ValueError(
                f'expected an image for each annotation, got none with the '
                f'number {number} of {annotation.absolute()}; images are '
                f'{Path(images[0]).name} to {Path(images[-1]).name}'
            )
        if by_number[number] in masks:
            raise ValueError(
                f'two annotations with the number {number}: '
                f'{annotation.absolute()}'
            )
        masks[by_number[number]] = (str(annotation), )
    numbered = {f'{i:05d}': path for i, path in enumerate(images, 1)}
    return PlannedVideo(folder.name, numbered, dict(sorted(masks.items())))


def _list_annotations(folder: Path) -> list[Path]:
    """Annotations of one style, ``.pgm`` if there are any."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    grey = [path for path in files if path.suffix == '.pgm']
    colour = [
        path for path in files
        if path.suffix == '.ppm' and 'PROB' not in path.name
    ]
    return grey or colour


def _annotation_number(path: Path) -> int:
    if path.suffix == '.pgm':
        return _last_number(path)
    fields = path.stem.split('_')
    if len(fields) < 2 or not fields[1].isdecimal():
        raise ValueError(
            f'expected <name>_<number>_gt.ppm, got {path.absolute()}'
        )
    return int(fields[1])


def _last_number(path: Path) -> int:
    numbers = re.findall(r'\d+', path.stem)
    if not numbers:
        raise ValueError(f'expected a number in the name of {path.absolute()}')
    return int(numbers[-1])
