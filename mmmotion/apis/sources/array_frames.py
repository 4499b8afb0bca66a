"""Frames that are in memory."""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from .errors import InputError
from .frame_source import FrameSource
from .rgb import to_rgb


class ArrayFrames(FrameSource):
    """A list of arrays.

    Args:
        frames: Pictures of one size, see :func:`to_rgb`.
        name: Name of the video.
        fps: Frames per second.

    Raises:
        InputError: If there is none.
    """

    def __init__(
        self, frames: Sequence[np.ndarray], name: str, fps: float
    ) -> None:
        super().__init__(name, fps)
        if not len(frames):
            raise InputError(f'{name} has no frame')
        self.frames = frames

    @property
    def num_expected(self) -> int:
        """How many there are."""
        return len(self.frames)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the frames.

        Raises:
            InputError: If one is no picture or has another size.
        """
        first: tuple[int, ...] = ()
        for index, frame in enumerate(self.frames):
            image = to_rgb(np.asarray(frame), f'frame {index} of {self.name}')
            first = first or image.shape
            if image.shape != first:
                raise InputError(
                    f'frames of one video differ in size: (H, W) = '
                    f'{image.shape[:2]} in frame {index} of {self.name}, '
                    f'{first[:2]} in the first one'
                )
            yield image

    def fingerprint(self) -> str:
        """Hash all pixels."""
        digest = hashlib.sha1(usedforsecurity=False)
        for frame in self.frames:
            array = np.ascontiguousarray(frame)
            digest.update(f'{array.shape} {array.dtype};'.encode())
            digest.update(array.tobytes())
        return digest.hexdigest()
