"""Frames of a video file, by PyAV or OpenCV."""

import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from mmmotion.flow.opencv_path import opencv_path

from .errors import InputError
from .frame_source import DEFAULT_FPS, FrameSource

# Containers count some frames that no decoder ever shows.
_TOLERANCE = 0.02
_DURATION_TOLERANCE = 0.1
_CLOCK = re.compile(r'(\d+):(\d+):(\d+(?:\.\d+)?)')
# How files begin that store the number of their frames: AVI, and MP4 or MOV
# behind the length of its first part.
_AVI = b'RIFF'
_MP4 = (b'ftyp', b'moov', b'mdat', b'wide', b'free', b'skip')


class VideoFile(FrameSource):
    """A video file that the libraries of FFmpeg decode.

    PyAV decodes where it is installed, else OpenCV. If the file breaks off,
    the frames before are the video, and a warning says so. If the resolution
    changes, later frames are resized to the first one.

    Args:
        path: The file.
        name: Name of the video.
        fps: Frames per second; None takes those of the file.
        decoder: ``'pyav'`` or ``'opencv'``; None takes PyAV if it is there.

    Raises:
        FileNotFoundError: If there is no such file.
        InputError: If it is no video.
        OSError: If it must not be read.
        ImportError: If the decoder is not installed.
    """

    def __init__(
        self,
        path: str | Path,
        name: str,
        fps: float | None = None,
        decoder: str | None = None,
    ) -> None:
        self.path = Path(path)
        if decoder is None:
            decoder = 'pyav' if find_spec('av') else 'opencv'
        self.decoder = decoder
        self._check_file()
        find = _probe_pyav if decoder == 'pyav' else _probe_opencv
        found = find(self.path)
        self._num_expected = found.num_frames
        self._is_counted = found.is_counted
        super().__init__(name, fps or found.fps or DEFAULT_FPS)

    @property
    def num_expected(self) -> int | None:
        """How many frames the file says that it has."""
        return self._num_expected

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the frames that can be decoded.

        Raises:
            InputError: If there is none.
        """
        self.warnings = []
        self.is_broken = False
        decode = _decode_pyav if self.decoder == 'pyav' else _decode_opencv
        count = 0
        size: tuple[int, int] | None = None
        try:
            for frame in decode(self.path):
                if size is None:
                    size = frame.shape[0], frame.shape[1]
                yield self._fit(frame, size, count)
                count += 1
        except _DecodeError as error:
            if not count:
                raise InputError(
                    f'{self.path} is broken: its first frame cannot be '
                    f'decoded ({error})'
                ) from error
            self._say_broken(f'after {count} frames', str(error))
        if not count:
            raise InputError(
                f'no frame of {self.path} could be decoded: it is broken or '
                'has no pictures'
            )
        self._check_count(count)

    def fingerprint(self) -> str:
        """Name, size and time of the file, and who decodes it."""
        found = self.path.stat()
        return (
            f'{self.path.absolute()} {found.st_size} {found.st_mtime_ns} '
            f'{self.decoder}'
        )

    def _check_file(self) -> None:
        if not self.path.is_file():
            raise FileNotFoundError(f'there is no file {self.path.absolute()}')
        with self.path.open('rb') as file:  # decoders do not say why not
            if not file.read(1):
                raise InputError(f'the file is empty: {self.path}')

    def _fit(
        self, frame: np.ndarray, size: tuple[int, int], count: int
    ) -> np.ndarray:
        if frame.shape[:2] == size:
            return frame
        text = f'{self.path} changes its resolution from (H, W) = {size}'
        if not any(text in warning for warning in self.warnings):
            self.warnings.append(
                f'{text} to {frame.shape[:2]} at frame {count}; frames are '
                'resized to the first one'
            )
        return cv2.resize(
            frame, (size[1], size[0]), interpolation=cv2.INTER_AREA
        )

    def _check_count(self, count: int) -> None:
        expected = self._num_expected
        if expected is None or self.is_broken:
            return
        if not self._is_counted:
            if count < (1 - _DURATION_TOLERANCE) * expected - 1:
                self.warnings.append(
                    f'{self.path} may have been cut off: its duration is '
                    f'that of {expected} frames, and {count} were found '
                    '(PyAV can tell: pip install mmmotion[video])'
                )
            return
        if expected - count > max(1, _TOLERANCE * expected):
            reason = 'it ends too early'
            if self.decoder == 'opencv':  # which counts hidden frames too
                reason += ', unless it was cut without being encoded again'
            self._say_broken(f'after {count} of {expected} frames', reason)

    def _say_broken(self, where: str, reason: str) -> None:
        self.is_broken = True
        self.warnings.append(
            f'{self.path} is broken {where}, which were kept: {reason}'
        )


class _DecodeError(Exception):
    """A file breaks off."""


class _Announced(NamedTuple):
    """What a file says about itself.

    Attributes:
        fps: Frames per second, if known.
        num_frames: Number of frames, if known.
        is_counted: Whether that number was counted when the file was made.
    """

    fps: float | None
    num_frames: int | None
    is_counted: bool = True


def _probe_pyav(path: Path) -> _Announced:
    import av  # an optional dependency
    try:
        with av.open(os.path.abspath(path)) as container:
            if not container.streams.video:
                raise InputError(f'there is no video stream in {path}')
            stream = container.streams.video[0]
            rate = stream.average_rate or stream.guessed_rate
            num = stream.frames
            is_mp4 = 'mp4' in container.format.name
            if is_mp4 and num and rate and stream.duration:
                # Frames before the first one that is shown are counted too.
                shown = stream.duration * stream.time_base * rate
                num = min(num, math.ceil(shown))
            return _Announced(float(rate) if rate else None, num or None)
    except av.error.FFmpegError as error:
        raise InputError(f'not a video: {path} ({error.strerror})') from error


def _decode_pyav(path: Path) -> Iterator[np.ndarray]:
    import av
    with av.open(os.path.abspath(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = 'AUTO'
        last: float | None = None
        try:
            for frame in container.decode(stream):
                last = frame.time
                yield _to_upright_array(frame)
        except av.error.FFmpegError as error:
            # Some frames wait for others that are shown before them.
            with suppress(av.error.FFmpegError):
                yield from map(
                    _to_upright_array, stream.codec_context.decode(None)
                )
            raise _DecodeError(str(error.strerror)) from error
        _check_duration(container, last)


def _to_upright_array(frame: Any) -> np.ndarray:  # PyAV's
    image = frame.to_ndarray(format='rgb24')
    return turn_upright(image, getattr(frame, 'rotation', 0))


def _check_duration(container: Any, last: float | None) -> None:
    """Tell a file that ends before its time, where frames are not counted.

    Args:
        container: PyAV's.
        last: When the last frame is shown, in seconds.

    Raises:
        _DecodeError: If much more was announced.
    """
    stream = container.streams.video[0]
    announced = _find_duration(container)
    if last is None or announced is None or stream.frames:
        return
    if last + 1 < announced * (1 - _DURATION_TOLERANCE):
        raise _DecodeError(
            f'it ends after {last:.1f} of {announced:.1f} seconds'
        )


def _find_duration(container: Any) -> float | None:
    """Seconds of the pictures, beside which sound may go on for long."""
    stream = container.streams.video[0]
    if stream.duration:
        return float(stream.duration * stream.time_base)
    found = _CLOCK.fullmatch(stream.metadata.get('DURATION', ''))
    if found:
        hours, minutes, seconds = map(float, found.groups())
        return 3600 * hours + 60 * minutes + seconds
    if len(container.streams) == 1 and container.duration:
        return container.duration / 1e6
    return None


def _probe_opencv(path: Path) -> _Announced:
    with _open_opencv(path) as capture:
        fps = capture.get(cv2.CAP_PROP_FPS)
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    with path.open('rb') as file:
        start = file.read(8)
    # Of others, OpenCV divides the duration, which may be that of the sound.
    is_counted = start[:4] == _AVI or start[4:] in _MP4
    return _Announced(
        fps if fps > 0 else None, count if count > 0 else None, is_counted
    )


def _decode_opencv(path: Path) -> Iterator[np.ndarray]:
    with _open_opencv(path) as capture:
        while True:
            is_there, frame = capture.read()
            if not is_there:
                return
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


@contextmanager
def _open_opencv(path: Path) -> Iterator[cv2.VideoCapture]:
    with opencv_path(path) as name:
        capture = cv2.VideoCapture(name)
        try:
            if not capture.isOpened():
                raise InputError(
                    f'not a video, or one that only PyAV reads (pip install '
                    f'mmmotion[video]): {path}'
                )
            yield capture
        finally:
            capture.release()


def turn_upright(image: np.ndarray, degrees: float) -> np.ndarray:
    """Turn a picture as the display matrix of its file asks.

    Args:
        image: (H, W, 3).
        degrees: Angle, counted against the clock; rounded to quarter turns.

    Returns:
        The turned picture.
    """
    turns = round(degrees / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image
