"""Sequences whose entries are made when they are asked for."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Entry = TypeVar('Entry')


class LazyFrames(Sequence[Entry]):
    """One entry per frame, made when it is asked for and not kept.

    Args:
        num_frames: Length of the sequence.
        make: Makes the entry of a position.
    """

    def __init__(self, num_frames: int, make: Callable[[int], Entry]) -> None:
        self._num_frames = num_frames
        self._make = make

    def __len__(self) -> int:
        return self._num_frames

    def __getitem__(self, index: Any) -> Any:  # an int or a slice
        """Make the entry of a position, or those of a slice.

        Raises:
            IndexError: If there is no such frame.
        """
        if isinstance(index, slice):
            return [self._make(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(
                f'frame {index} is out of range for {len(self)} frames'
            )
        return self._make(int(index) % len(self))
