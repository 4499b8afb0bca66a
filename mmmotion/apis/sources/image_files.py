"""Frames that are image files."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .errors import InputError
from .frame_source import FrameSource
from .rgb import read_rgb


class ImageFiles(FrameSource):
    """One image file per frame.

    Args:
        paths: The files in temporal order.
        name: Name of the video.
        fps: Frames per second.

    Raises:
        InputError: If there is none, or two share a name.
    """

    def __init__(self, paths: Sequence[str], name: str, fps: float) -> None:
        super().__init__(name, fps)
        if not paths:
            raise InputError(f'{name} has no frame')
        self.paths = tuple(paths)
        self._names = [Path(path).stem for path in paths]
        if len(set(self._names)) < len(paths):  # such as a.jpg and a.png
            self._names = [Path(path).name for path in paths]
        if len(set(self._names)) < len(paths):  # of several folders
            self._names = [f'{index:05d}' for index in range(len(paths))]

    @property
    def num_expected(self) -> int:
        """How many there are."""
        return len(self.paths)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the frames; the first broken one after some ends the video.

        Raises:
            InputError: If the first one cannot be read, or one has another
                size.
        """
        self.warnings = []
        self.is_broken = False
        first: tuple[int, ...] = ()
        for index, path in enumerate(self.paths):
            try:
                image = read_rgb(path)
            except InputError as error:
                if not first:
                    raise
                self.is_broken = True
                self.warnings = [
                    f'broken after {index} of {len(self.paths)} frames, '
                    f'which were kept: {error}'
                ]
                return
            first = first or image.shape
            if image.shape != first:
                raise InputError(
                    f'frames of one video differ in size: (H, W) = '
                    f'{image.shape[:2]} in {path}, {first[:2]} in '
                    f'{self.paths[0]}'
                )
            yield image

    def fingerprint(self) -> str:
        """Hash names, sizes and times of the files."""
        digest = hashlib.sha1(usedforsecurity=False)
        for path in self.paths:
            found = os.stat(path)
            text = f'{path} {found.st_size} {found.st_mtime_ns};'
            digest.update(os.fsencode(text))  # a name may be no Unicode
        return digest.hexdigest()

    def frame_name(self, index: int) -> str:
        """Name of the file of a frame, without its suffix."""
        return self._names[index]
