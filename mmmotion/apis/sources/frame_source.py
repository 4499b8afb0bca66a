"""What every source of frames can do."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .errors import InputError

DEFAULT_FPS = 25.0
"""Frames per second of what does not say it."""


class FrameSource(ABC):
    """Frames of one video, which can be read more than once.

    Attributes:
        name: Name of the video, fit for a folder.
        fps: Frames per second.
        origin: What the user has named; None for arrays.
        warnings: What the user should know, complete after a whole reading.
        is_broken: Whether the last reading ended before the video does.

    Raises:
        InputError: If the name is not fit for a folder.
    """

    def __init__(self, name: str, fps: float) -> None:
        if name == '..' or Path(name).name != name:
            raise InputError(
                f'expected a name that is fit for a folder, got {name!r}'
            )
        self.name = name
        self.fps = fps
        self.origin: str | None = None
        self.warnings: list[str] = []
        self.is_broken = False

    @abstractmethod
    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield (H, W, 3) uint8 RGB frames of one size, one at a time.

        Raises:
            InputError: If there is no frame, or the frames differ in size.
        """

    @property
    @abstractmethod
    def num_expected(self) -> int | None:
        """How many frames there should be; None if nobody says."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Tell the content from another one, without decoding it."""

    def frame_name(self, index: int) -> str:
        """Name of a frame, without a suffix.

        Args:
            index: Its position, from 0.
        """
        return f'{index:05d}'
