"""What is raised for, and remembered about, files that cannot be used."""

import zlib
from typing import Any

import torch

from mmmotion.flow.file_names import encode_name


class SampleError(ValueError):
    """One sample cannot be used because a file of it is broken.

    A data set with ``on_error='skip'`` takes another sample instead. The
    message alone is enough to make one, because a worker process of a data
    loader hands the error on that way.

    Args:
        message: The file, what was expected and what was found.
        path: The file.
    """

    def __init__(self, message: str, path: str = '') -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.path)


class MissingFileError(SampleError, FileNotFoundError):
    """A file of one sample does not exist."""

    def __new__(cls, message: str, path: str = '') -> 'MissingFileError':
        """Keep ``OSError`` from taking the path for an error text."""
        return FileNotFoundError.__new__(cls, message)


class BrokenFiles:
    """A set of file names whose size all worker processes share.

    Only a hash of each name is kept, in shared memory; among some dozens of
    files the chance that two count as one is below 0.1 %.
    """

    _NUM_SLOTS = 1 << 20

    def __init__(self) -> None:
        self._seen = torch.zeros(self._NUM_SLOTS, dtype=torch.bool)
        self._seen.share_memory_()

    def add(self, name: str) -> bool:
        """Remember a name and tell whether it is new."""
        slot = zlib.crc32(encode_name(name)) % self._NUM_SLOTS
        is_new = not self._seen[slot]
        self._seen[slot] = True
        return is_new

    def __len__(self) -> int:
        return int(self._seen.sum())
