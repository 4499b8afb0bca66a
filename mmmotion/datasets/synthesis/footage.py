"""Real videos as backgrounds."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmmotion.flow.estimators import DISFlowEstimator
from mmmotion.flow.frames import Video, list_videos

from ..errors import SampleError
from .picture_folder import draw_box, read_picture, resize_box
from .trajectories import Window


@lru_cache(maxsize=16)
def open_footage(folder: str, num_frames: int) -> tuple[Video, ...]:
    """List the videos of a folder, once per process.

    Args:
        folder: Holds one folder of frames per video.
        num_frames: Frames that each has to have.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If there is no video in it or one is too short.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(
            f'folder not found: {Path(folder).absolute()} (background_videos)'
        )
    try:
        videos = list_videos(folder)
    except ValueError as error:
        raise ValueError(f'{error} (background_videos)') from error
    for video in videos:
        if len(video) < num_frames:
            raise ValueError(
                f'expected background videos of at least {num_frames} frames,'
                f' the length of a clip, got {len(video)}: '
                f'{Path(video.frame_paths[0]).parent.absolute()} '
                '(background_videos)'
            )
    return tuple(videos)


@dataclass(frozen=True)
class Footage:
    """A piece of a real video, cut and resized to the frames of a scene.

    Attributes:
        paths: Image file of each of its T frames.
        shape: (H, W) of the images.
        box: Left, top, right and bottom of the part that is used.
        size: (h, w) of the scene's frames.
    """

    paths: tuple[str, ...]
    shape: tuple[int, int]
    box: tuple[int, int, int, int]
    size: tuple[int, int]

    def read(self, frame: int) -> NDArray[np.uint8]:
        """Return a frame, (h, w, 3) RGB.

        Raises:
            SampleError: If the file cannot be read or has another size.
        """
        return _read_piece(self, frame)


@dataclass(frozen=True)
class FootageMotion:
    """Estimated motion of a real background.

    Nobody knows its exact flow. It is estimated on the bare background, so
    that objects neither disturb it nor hide it.

    Attributes:
        footage: The background.
    """

    footage: Footage

    def project(self, points: NDArray[np.float64],
                frame: int) -> NDArray[np.float64]:
        """Return (P, 2) points of a frame, which are in the image."""
        del frame
        return points

    def sources(
        self, frame: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the (h, w) coordinates of the pixels of a window."""
        del frame
        top, left, bottom, right = window
        rows, cols = np.mgrid[top:bottom, left:right].astype(np.float64)
        return cols, rows

    def displacements(
        self, start: int, end: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far the pixels of a window move between two frames.

        Args:
            start: Frame in which the pixels are.
            end: Frame to which they move.
            window: Top, left, bottom and right in the image.

        Returns:
            The (h, w) horizontal and vertical displacements in pixels.
        """
        top, left, bottom, right = window
        flow = _estimate(self.footage, start, end)[top:bottom, left:right]
        return flow[..., 0].astype(np.float64), flow[..., 1].astype(np.float64)


def draw_footage(
    rng: np.random.Generator,
    folder: str,
    num_frames: int,
    size: tuple[int, int],
) -> Footage:
    """Draw a piece of a video of a folder.

    Args:
        rng: Source of the random numbers.
        folder: See :func:`open_footage`.
        num_frames: T.
        size: (h, w) of the scene's frames.

    Raises:
        SampleError: If the first frame cannot be read.
    """
    videos = open_footage(folder, num_frames)
    video = videos[int(rng.integers(len(videos)))]
    start = int(rng.integers(len(video) - num_frames + 1))
    paths = video.frame_paths[start:start + num_frames]
    height, width, _ = read_picture(paths[0], 'background_videos').shape
    box = draw_box(rng, (height, width), size)
    return Footage(paths, (height, width), box, size)


@lru_cache(maxsize=64)
def _read_piece(footage: Footage, frame: int) -> NDArray[np.uint8]:
    path = footage.paths[frame]
    picture = read_picture(path, 'background_videos')
    if picture.shape[:2] != footage.shape:
        raise SampleError(
            f'expected a frame of (H, W) = {footage.shape} as before, got '
            f'{picture.shape[:2]}: {path} (background_videos)',
            path,
        )
    return resize_box(picture, footage.box, footage.size)


@lru_cache(maxsize=8)
def _estimate(footage: Footage, start: int, end: int) -> NDArray[np.float32]:
    estimator = _estimator()
    return estimator.estimate(footage.read(start), footage.read(end))


@lru_cache(maxsize=1)
def _estimator() -> DISFlowEstimator:
    return DISFlowEstimator()
