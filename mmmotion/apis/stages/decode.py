"""Stage 1: the frames at working size, as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmmotion.datasets.transforms.resize_frames import short_side_size
from mmmotion.flow.atomic import write_atomically
from mmmotion.flow.frames import resize_frame

from ..sources import FrameSource, InputError
from ..work_folder import VIDEO_ID, WorkFolder
from .progress import StageProgress

STAGE = 'frames'
_MIN_SIDE = 16


@dataclass(frozen=True)
class Frames:
    """The frames of a video on disk.

    Attributes:
        folder: Folder of the files.
        names: Name of each frame in the video, which need not be that of its
            file.
        size: (H, W) of the video.
        work_size: (h, w) of the files.
        warnings: What the reading of the video had to say.
        is_broken: Whether the video could not be read to its end.
    """

    folder: Path
    names: tuple[str, ...]
    size: tuple[int, int]
    work_size: tuple[int, int]
    warnings: tuple[str, ...]
    is_broken: bool

    def __len__(self) -> int:
        return len(self.names)

    @property
    def has_flow(self) -> bool:
        """Whether there are two frames for a flow between them."""
        return len(self) > 1

    @property
    def is_portrait(self) -> bool:
        """Whether the video is higher than wide."""
        return self.size[0] > self.size[1]

    def path(self, index: int) -> Path:
        """File of a frame."""
        return frame_path(self.folder, index)


def frame_path(folder: Path, index: int) -> Path:
    """File of a frame at working size."""
    return folder / f'{index:06d}.png'


def decode_frames(
    source: FrameSource,
    work: WorkFolder,
    side: int,
    max_frames: int | None,
    progress: StageProgress,
) -> Frames:
    """Write the frames of a video at working size.

    Args:
        source: The video.
        work: Folder of the run.
        side: Shorter side of the frames that are written, in pixels; smaller
            videos keep their size.
        max_frames: How many frames to take at most; None takes all.
        progress: Told about every frame.

    Raises:
        InputError: If there is no frame, or one is too small.
    """
    settings = dict(
        source=source.fingerprint(), side=side, max_frames=max_frames
    )
    work.begin(STAGE, settings)
    folder = work.folder(STAGE) / VIDEO_ID
    facts = work.facts(STAGE)
    if facts is None:
        total = source.num_expected
        if max_frames is not None:
            total = max_frames if total is None else min(total, max_frames)
        # No frame beyond is read, for it may be broken.
        taken = islice(source, max_frames)
        frames = progress.track(STAGE, taken, total)
        facts = _write_frames(frames, folder, side)
        names = [source.frame_name(i) for i in range(facts['num_frames'])]
        facts |= dict(
            names=names,
            warnings=source.warnings,
            is_broken=source.is_broken,
        )
        work.finish(STAGE, facts)
    return Frames(
        folder,
        tuple(facts['names']),
        (facts['size'][0], facts['size'][1]),
        (facts['work_size'][0], facts['work_size'][1]),
        tuple(facts['warnings']),
        facts['is_broken'],
    )


def _write_frames(frames: Iterator[np.ndarray], folder: Path,
                  side: int) -> dict[str, Any]:
    count = 0
    size = work_size = (0, 0)
    for frame in frames:
        if not count:
            size = frame.shape[0], frame.shape[1]
            if min(size) < _MIN_SIDE:
                raise InputError(
                    f'expected frames of at least {_MIN_SIDE} pixels a side, '
                    f'got (H, W) = {size}'
                )
            work_size = size
            if min(size) > side:
                work_size = short_side_size(size, side)
        path = frame_path(folder, count)
        if not path.is_file():  # of a run that was interrupted
            small = resize_frame(frame, work_size)
            write_atomically(path, encode_png(small[..., ::-1]))
        count += 1
    return dict(num_frames=count, size=size, work_size=work_size)


def encode_png(image: np.ndarray) -> bytes:
    """Pack a picture for a short stay on disk.

    Args:
        image: (H, W, 3) uint8 BGR, as OpenCV has it.
    """
    is_done, data = cv2.imencode(
        '.png', image, [cv2.IMWRITE_PNG_COMPRESSION, 1]
    )
    assert is_done, 'PNG holds any picture'
    return data.tobytes()
