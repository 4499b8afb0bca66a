"""A compact list of the frames of very many videos."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmmotion.flow.frames import list_frame_names


@dataclass(frozen=True)
class VideoIndex:
    """File names of all frames of all videos in a folder.

    Half a million frames take some megabytes, in a few arrays that worker
    processes share.

    Attributes:
        videos: (V,) names of the folders, as bytes, sorted.
        changed: (V,) int64 time of the last change of each folder, in
            nanoseconds; -1 if it may change again without a new time.
        offsets: (V + 1,) int64 position in ``files`` of each video's first
            file.
        files: (F,) names of the files, as bytes, video by video in temporal
            order.
    """

    videos: np.ndarray
    changed: np.ndarray
    offsets: np.ndarray
    files: np.ndarray

    def __len__(self) -> int:
        return len(self.videos)

    def video(self, number: int) -> str:
        """Return the name of a video."""
        return os.fsdecode(bytes(self.videos[number]))

    def file(self, position: int) -> str:
        """Return the name of a file."""
        return os.fsdecode(bytes(self.files[position]))

    def files_of(self, number: int) -> np.ndarray:
        """Return the names of the files of a video, as bytes."""
        files: np.ndarray = self.files[self.offsets[number]:self.offsets[number
                                                                         + 1]]
        return files

    def numbers(self) -> dict[str, int]:
        """Return the position of each video by name."""
        return {self.video(number): number for number in range(len(self))}


def make_index(
    videos: Sequence[str],
    files: Iterable[Sequence[bytes] | np.ndarray],
    changed: Sequence[int] | None = None,
) -> VideoIndex:
    """Put an index together.

    Args:
        videos: Names of the videos.
        files: Names of the files of each.
        changed: See :class:`VideoIndex`; -1 for all if None.
    """
    lists = [np.array(names, dtype=bytes) for names in files]
    return VideoIndex(
        np.array([os.fsencode(name) for name in videos], dtype=bytes),
        np.array([-1] * len(videos) if changed is None else changed,
                 dtype=np.int64),
        np.cumsum([0, *map(len, lists)], dtype=np.int64),
        np.concatenate(lists) if lists else np.array([], dtype=bytes),
    )


def find_folders(root: str) -> dict[str, int]:
    """List the folders in a folder.

    Args:
        root: Folder of the videos.

    Returns:
        The time of the last change of each folder, by name, sorted.
    """
    with os.scandir(root) as entries:
        found = {
            entry.name: entry.stat().st_mtime_ns
            for entry in entries
            if not entry.name.startswith('.') and entry.is_dir()
        }
    return dict(sorted(found.items()))


def scan_videos(
    root: str,
    folders: Mapping[str, int],
    known: VideoIndex | None,
    trusted_before: int,
) -> tuple[VideoIndex, int]:
    """List the files of the folders that are not known or have changed.

    Args:
        root: Folder of the videos.
        folders: Time of the last change of each, see :func:`find_folders`.
        known: Index of an earlier time, if there is one.
        trusted_before: Folders that changed later than this time may change
            again within one tick of the clock of the file system; they are
            marked so that they are listed again the next time.

    Returns:
        The index of all the folders, and how many of them were listed.

    Raises:
        ValueError: If two frames of a video share a name.
    """
    numbers = {} if known is None else known.numbers()
    files: list[Sequence[bytes] | np.ndarray] = []
    num_listed = 0
    for name, changed in folders.items():
        number = numbers.get(name, -1)
        if known is not None and number >= 0 and (known.changed[number]
                                                  == changed):
            files.append(known.files_of(number))
            continue
        num_listed += 1
        listed = list_frame_names(Path(root, name))
        if len({os.path.splitext(file)[0] for file in listed}) < len(listed):
            raise ValueError(
                f'two frames share a name in {Path(root, name).absolute()}'
            )
        files.append([os.fsencode(file) for file in listed])
    times = [t if t < trusted_before else -1 for t in folders.values()]
    return make_index(list(folders), files, times), num_listed
