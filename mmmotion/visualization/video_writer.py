"""Videos that a browser plays."""

import errno
import logging
import math
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from mmengine.logging import print_log

from mmmotion.flow.atomic import replace_atomically
from mmmotion.flow.opencv_path import opencv_path

# What OpenCV may be able to write where PyAV is not installed, best first.
_FALLBACKS = (('vp09', 'VP9'), ('mp4v', 'MPEG-4, which no browser plays'))
# Rates such as 30000/1001 are kept exactly.
_LARGEST_DENOMINATOR = 1001
# Constant quality: 0 is lossless, 51 is worst, and 18 to 28 is usual.
_QUALITY = dict(preset='veryfast', crf='21')


def write_video(
    path: str | Path, frames: Iterable[np.ndarray], fps: float
) -> None:
    """Write an MP4 file that any browser plays: H.264, 8 bits, 4:2:0.

    Frames are encoded as they come, so that memory does not grow with the
    length, and the file takes its name when it is whole. Its index stands in
    front, so that it plays while it is loaded. A side with an odd number of
    pixels, which the format cannot hold, gets its last row or column twice.

    H.264 needs PyAV. Without it OpenCV writes VP9, which browsers play but
    which takes several times as long, or else MPEG-4, with a warning.

    Args:
        path: The file, ``*.mp4``; its folder is made if it is not there.
        frames: (H, W, 3) uint8 RGB, all of one size; at least one.
        fps: Frames per second.

    Raises:
        ValueError: If there is no frame, a frame is something else or of
            another size, the rate is not a positive number or the file is
            not called ``*.mp4``.
        OSError: If the file cannot be written.
        RuntimeError: If neither PyAV nor OpenCV has an encoder.
    """
    path = Path(path)
    if path.suffix.lower() != '.mp4':
        raise ValueError(f'expected a video called *.mp4, got {path}')
    if not (fps > 0 and math.isfinite(fps)):
        raise ValueError(f'{path}: fps must be a positive number, got {fps}')
    even_frames = _check_and_pad(frames, path)
    first = next(even_frames, None)
    if first is None:
        raise ValueError(f'{path}: a video needs at least one frame, got none')
    even_frames = chain([first], even_frames)
    with replace_atomically(path, path.suffix) as temporary:
        av = _find_encoder()
        if av is not None:
            _write_by_pyav(av, temporary, even_frames, first.shape, fps)
        else:
            with opencv_path(temporary) as name:
                _write_by_opencv(name, even_frames, first.shape, fps, path)


def _check_and_pad(frames: Iterable[np.ndarray],
                   path: Path) -> Iterator[np.ndarray]:
    """Frames with even sides; refuses what is no frame of this video."""
    size = None
    for index, frame in enumerate(frames):
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError(
                f'{path}: frame {index} must be (H, W, 3) uint8, got shape '
                f'{frame.shape} and type {frame.dtype}'
            )
        size = size or frame.shape
        if frame.shape != size:
            raise ValueError(
                f'{path}: all frames must have one size, got {size[:2]} and '
                f'from frame {index} on {frame.shape[:2]}'
            )
        height, width = size[:2]
        if height % 2 or width % 2:
            frame = np.pad(
                frame, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge'
            )
        yield np.ascontiguousarray(frame)


def _find_encoder() -> ModuleType | None:
    """PyAV, if it is installed and has an encoder for H.264."""
    try:
        av = import_module('av')
    except ImportError:
        return None
    return av if 'libx264' in av.codecs_available else None


def _write_by_pyav(
    av: ModuleType,
    path: Path,
    frames: Iterable[np.ndarray],
    shape: tuple[int, ...],
    fps: float,
) -> None:
    rate = Fraction(fps).limit_denominator(_LARGEST_DENOMINATOR)
    rate = rate or Fraction(1, round(1 / fps))  # an hour between two frames
    with av.open(os.path.abspath(path), 'w', format='mp4',
                 options=dict(movflags='faststart')) as container:
        stream = container.add_stream('libx264', rate=rate)
        stream.options = dict(_QUALITY)
        stream.height, stream.width = shape[:2]
        stream.pix_fmt = 'yuv420p'
        # Players guess the colours of a video that does not name them by its
        # size; these are those of ITU-R BT.709.
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = 1
        context.color_range = 1
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
            picture = picture.reformat(
                format='yuv420p',
                dst_colorspace='ITU709',
                dst_color_range='MPEG',
            )
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _write_by_opencv(
    name: str,
    frames: Iterable[np.ndarray],
    shape: tuple[int, ...],
    fps: float,
    path: Path,
) -> None:
    writer = cv2.VideoWriter()
    size = shape[1::-1]
    codec = next((
        codec for code, codec in _FALLBACKS
        if writer.open(name, cv2.VideoWriter.fourcc(*code), fps, size)
    ), None)
    if codec is None:
        raise RuntimeError(
            f'{path}: OpenCV has no encoder for a video here; install PyAV '
            "with pip install 'mmmotion[video]'"
        )
    print_log(
        f'{path} is written as {codec}, as PyAV with H.264 is not installed: '
        "pip install 'mmmotion[video]'",
        logger='current',
        level=logging.WARNING,
    )
    num_frames = 0
    for frame in frames:
        writer.write(frame[..., ::-1].copy())
        num_frames += 1
    writer.release()
    # OpenCV does not say that a frame could not be written.
    num_written = cv2.VideoCapture(name).get(cv2.CAP_PROP_FRAME_COUNT)
    if num_written != num_frames:
        raise OSError(
            errno.ENOSPC,
            f'could not write {num_frames} frames; is the disk full?',
            str(path),
        )
