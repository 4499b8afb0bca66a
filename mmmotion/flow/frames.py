"""Videos as folders of image files."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

IMAGE_SUFFIXES = (
    '.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.ppm'
)
"""Suffixes of files that count as frames."""

_EXIF_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True)
class Video:
    """Frames of one video in temporal order.

    Attributes:
        video_id: Name of the video.
        frame_paths: Image file of each frame.
    """

    video_id: str
    frame_paths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.frame_paths)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorting key that puts ``frame_9`` before ``frame_10``.

    Names of equal length with leading zeros keep their alphabetical order.

    Args:
        name: File name.
    """
    parts = re.split(r'(\d+)', name)
    return [(1, int(p), '') if p.isdecimal() else (0, 0, p) for p in parts]


def list_frame_names(folder: str | Path) -> list[str]:
    """Names of the image files that lie directly in a folder, in order.

    Args:
        folder: Folder of one video.
    """
    # What a folder says about its files spares asking for each of them.
    with os.scandir(folder) as entries:
        names = [
            entry.name for entry in entries
            if entry.name.lower().endswith(IMAGE_SUFFIXES)
            and not entry.name.startswith('.') and entry.is_file()
        ]
    return sorted(names, key=natural_key)


def list_frames(folder: str | Path) -> tuple[str, ...]:
    """Image files that lie directly in a folder, in temporal order.

    Args:
        folder: Folder of one video.
    """
    folder = Path(folder)
    return tuple(str(folder / name) for name in list_frame_names(folder))


def list_folders(folder: str | Path) -> dict[str, Path]:
    """List the folders in a folder by name, without hidden ones.

    Args:
        folder: An existing folder.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'there is no folder {folder.absolute()}')
    return {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith('.')
    }


def list_videos(folder: str | Path) -> list[Video]:
    """Find the videos of a folder.

    Args:
        folder: Either the frames of one video, which is named after the
            folder, or one folder of frames per video. Folders whose names
            begin with a dot are no videos.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it holds no image, or images beside folders of images.
    """
    folder = Path(folder)
    videos = [
        Video(name, frames) for name, path in list_folders(folder).items()
        if (frames := list_frames(path))
    ]
    frames = list_frames(folder)
    if frames and videos:
        raise ValueError(
            f'{folder} holds both frames ({Path(frames[0]).name}, ...) and '
            f'folders of frames ({videos[0].video_id}, ...); name one of them'
        )
    if frames:
        videos = [Video(folder.absolute().name, frames)]
    if not videos:
        raise ValueError(
            f'{folder.absolute()} holds no image and no folder of images '
            f'({", ".join(IMAGE_SUFFIXES)})'
        )
    return videos


def read_frame(path: str | Path) -> np.ndarray:
    """Read one frame, turned upright if its EXIF data say so.

    Args:
        path: Image file.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no 8-bit image or is truncated.
    """
    with _open(path) as img:
        if img.mode.startswith(('I', 'F')):
            raise ValueError(
                f'cannot read frame {path}: expected 8 bits a channel, got '
                f'mode {img.mode}'
            )
        try:
            return np.array(ImageOps.exif_transpose(img).convert('RGB'))
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f'cannot read frame {path}: {error}') from error


def frame_size(path: str | Path) -> tuple[int, int]:
    """Read the (H, W) of one frame from its header.

    Args:
        path: Image file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no image.
    """
    with _open(path) as img:
        width, height = img.size
        if img.getexif().get(_EXIF_ORIENTATION) in _SIDEWAYS:
            return width, height
        return height, width


def resize_frame(img: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a frame: by area when both sides shrink, else bilinearly.

    Args:
        img: (H, W, 3) uint8.
        size: New (h, w).
    """
    shrinks = size[0] <= img.shape[0] and size[1] <= img.shape[1]
    mode = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(img, (size[1], size[0]), interpolation=mode)


def check_videos(videos: Sequence[Video]) -> None:
    """Refuse names that would give two flows the same file.

    Args:
        videos: Videos of one data set.

    Raises:
        ValueError: If two videos, or two frames of a video, share a name.
    """
    names: set[str] = set()
    for video in videos:
        if video.video_id in names:
            raise ValueError(f'two videos are named {video.video_id!r}')
        names.add(video.video_id)
        stems: dict[str, str] = {}
        for path in video.frame_paths:
            other = stems.setdefault(Path(path).stem, path)
            if other != path:
                raise ValueError(f'two frames share a name: {other}, {path}')


def _open(path: str | Path) -> Image.Image:
    if not Path(path).is_file():
        raise FileNotFoundError(f'there is no frame {Path(path).absolute()}')
    try:
        return Image.open(path)
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f'cannot read frame {path}: {error}') from error
