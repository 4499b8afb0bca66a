"""A video of the frames with the objects drawn into them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmmotion.datasets.transforms.resize_frames import short_side_size
from mmmotion.visualization import overlay_segmentation, write_video

_MAX_SIDE = 720


def write_overlay(
    path: str | Path,
    frames: Iterable[np.ndarray],
    labels: Sequence[np.ndarray],
    fps: float,
    on_frame: Callable[[], None] = lambda: None,
) -> None:
    """Write the overlay as a video, at most 720 pixels on the shorter side.

    Args:
        path: File to write, ``.mp4``.
        frames: (H, W, 3) uint8 RGB; those beyond the labels are not read.
        labels: (H, W) uint8 of each frame.
        fps: Frames per second.
        on_frame: Called after each frame.
    """

    def draw() -> Iterator[np.ndarray]:
        """Yield (H, W, 3) uint8 RGB pictures with the objects drawn in."""
        # The labels first, for frames beyond them are not to be decoded.
        for found, frame in zip(labels, frames, strict=False):
            size = frame.shape[0], frame.shape[1]
            if min(size) > _MAX_SIDE:
                height, width = short_side_size(size, _MAX_SIDE)
                frame = cv2.resize(
                    frame, (width, height), interpolation=cv2.INTER_AREA
                )
            yield overlay_segmentation(frame, found)
            on_frame()

    write_video(path, draw(), fps)
