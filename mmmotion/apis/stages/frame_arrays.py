"""Arrays of the frames of a long video on disk, a window to a file."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmmotion.flow.atomic import write_atomically


class FrameArrays:
    """One array per frame; frames of one window have arrays of one shape.

    Args:
        folder: Folder of the files.
        num_frames: Length of the video.
        window: Number of frames in a file.
    """

    def __init__(self, folder: Path, num_frames: int, window: int) -> None:
        self.folder = folder
        self.num_frames = num_frames
        self.window = window

    def __len__(self) -> int:
        return self.num_frames

    def windows(self) -> list[range]:
        """Positions of the frames of each window."""
        starts = range(0, self.num_frames, self.window)
        return [
            range(start, min(start + self.window, self.num_frames))
            for start in starts
        ]

    def has(self, window: range) -> bool:
        """Whether the file of a window is there, which means whole."""
        return self._path(window).is_file()

    def write(self, window: range, arrays: Sequence[np.ndarray]) -> None:
        """Write the file of a window.

        Args:
            window: One of :meth:`windows`.
            arrays: One per frame of the window.
        """
        buffer = io.BytesIO()
        np.save(buffer, np.stack(arrays), allow_pickle=False)
        write_atomically(self._path(window), buffer.getvalue())

    def read(self, index: int) -> np.ndarray:
        """Read the array of one frame.

        Args:
            index: Position of the frame.
        """
        start = index - index % self.window
        path = self._path(range(start, start + 1))
        # Not the whole file, which may be large.
        stacked = np.load(path, mmap_mode='r', allow_pickle=False)
        return np.array(stacked[index - start])

    def _path(self, window: range) -> Path:
        return self.folder / f'{window.start:06d}.npy'
