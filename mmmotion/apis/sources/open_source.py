"""From whatever a user names to frames."""

import glob
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmmotion.flow.frames import IMAGE_SUFFIXES, list_frames, natural_key

from .array_frames import ArrayFrames
from .errors import InputError
from .frame_source import DEFAULT_FPS, FrameSource
from .image_files import ImageFiles
from .rgb import read_rgb
from .video_file import VideoFile

_GLOB = re.compile(r'[*?\[]')


def open_source(
    source: Any,  # one of the types below
    name: str | None = None,
    fps: float | None = None,
) -> FrameSource:
    """Open the frames of one video.

    Args:
        source: A video file, a folder of frames, a glob pattern of frames,
            an image file, one array (a picture, or (T, H, W, C)), or a list
            of arrays.
        name: Name of the video; that of file or folder if None.
        fps: Frames per second; those of the file, else 25, if None.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        InputError: If it is no video, has no frame, or the name is not fit
            for a folder.
        OSError: If it must not be read.
        TypeError: If it is none of these.
    """
    if fps is not None and not (fps > 0 and math.isfinite(fps)):
        raise InputError(f'expected fps above 0, got {fps}')
    if isinstance(source, np.ndarray):
        source = list(source) if source.ndim == 4 else [source]
    if isinstance(source, str | os.PathLike):
        opened = _open_path(str(source), name, fps)
        opened.origin = str(source)
        return opened
    if isinstance(source, Sequence) and all(isinstance(frame, np.ndarray)
                                            for frame in source):
        return ArrayFrames(source, name or 'video', fps or DEFAULT_FPS)
    raise TypeError(
        'expected a path of a video, folder, image or glob pattern, or a '
        f'list of arrays, got {type(source).__name__}'
    )


def _open_path(path: str, name: str | None, fps: float | None) -> FrameSource:
    if not path:
        raise InputError('expected a path, got an empty text')
    path = str(Path(path))  # without // and ./, for messages
    rate = fps or DEFAULT_FPS
    if os.path.isdir(path):
        frames = list_frames(path)
        if not frames:
            raise InputError(_describe_folder(path))
        return ImageFiles(frames, name or _fit_name(path), rate)
    if not os.path.exists(path) and _GLOB.search(path):
        found = _match(path)
        folder = os.path.dirname(found[0])
        return ImageFiles(found, name or _fit_name(folder), rate)
    name = name or _fit_name(Path(path).stem)
    if path.lower().endswith(IMAGE_SUFFIXES) and os.path.isfile(path):
        return ImageFiles([path], name, rate)
    return VideoFile(path, name, fps)


def _fit_name(path: str) -> str:
    name = os.path.basename(os.path.abspath(path))
    return name or 'video'


def _match(pattern: str) -> list[str]:
    """Image files of a pattern; all of its files if none has their suffix."""
    found = sorted(filter(os.path.isfile, glob.glob(pattern)), key=natural_key)
    if not found:
        raise InputError(f'no file matches {pattern}')
    images = [p for p in found if p.lower().endswith(IMAGE_SUFFIXES)]
    if not images:
        try:
            read_rgb(found[0])
        except InputError as error:
            raise InputError(
                f'{pattern} matches {found[0]}, which is no image; a pattern '
                'names the frames of one video, several videos are given '
                'without quotes'
            ) from error
    return images or found


def _describe_folder(path: str) -> str:
    inner = [
        entry.name for entry in sorted(Path(path).iterdir())
        if entry.is_dir() and list_frames(entry)
    ]
    hint = f'; there are folders of frames in it: {inner[0]}, ...' if (
        inner
    ) else ''
    return (
        f'no image ({", ".join(IMAGE_SUFFIXES)}) lies directly in '
        f'{Path(path).absolute()}{hint}'
    )
