"""Entries of a data set that are made when they are asked for."""

import os
from collections.abc import Sequence
from typing import overload

import numpy as np

from .samplers.videos import VideoSpan
from .video_index import VideoIndex


class FrameTable(Sequence[dict]):
    """Frames of videos without flow, as ``VideoSegDataset`` describes them.

    Args:
        folder: Folder of the videos.
        videos: Their frames.
        gaps: Signed gaps of the neighbours to name.
        mask_folder: Folder of the annotations, if there are any.
        masks: The files in it.
        listed: (N,) positions in ``videos.files`` of the frames to list, in
            ascending order; None lists all.
    """

    def __init__(
        self,
        folder: str,
        videos: VideoIndex,
        gaps: Sequence[int],
        mask_folder: str = '',
        masks: VideoIndex | None = None,
        listed: np.ndarray | None = None,
    ) -> None:
        self.folder = folder
        self.videos = videos
        self.gaps = tuple(gaps)
        self.mask_folder = mask_folder
        self.masks = masks
        self.listed = listed
        self._mask_numbers = {} if masks is None else masks.numbers()

    def __len__(self) -> int:
        if self.listed is None:
            return len(self.videos.files)
        return len(self.listed)

    @overload
    def __getitem__(self, key: int) -> dict:
        ...

    @overload
    def __getitem__(self, key: slice) -> 'FrameTable':
        ...

    def __getitem__(self, key: int | slice) -> 'dict | FrameTable':
        """Return one entry, or a table of some of them."""
        if isinstance(key, slice):
            return self.only(self._positions()[key])
        if not -len(self) <= key < len(self):
            raise IndexError(f'{key} is out of range for {len(self)} frames')
        place = int(key) % len(self)
        position = place if self.listed is None else int(self.listed[place])
        return self._entry(position)

    def only(self, listed: np.ndarray) -> 'FrameTable':
        """Return a table of some frames; the others remain neighbours.

        Args:
            listed: See the class.
        """
        return FrameTable(
            self.folder,
            self.videos,
            self.gaps,
            self.mask_folder,
            self.masks,
            listed,
        )

    def annotated(self) -> np.ndarray:
        """Positions in ``videos.files`` of the frames with an annotation."""
        found = []
        for number in range(len(self.videos)):
            has_mask = np.isin(
                _stems(self.videos.files_of(number)),
                self._mask_stems(self.videos.video(number)),
            )
            found.append(
                np.flatnonzero(has_mask) + self.videos.offsets[number]
            )
        return np.concatenate(found)

    def list_spans(self) -> list[VideoSpan]:
        """Find the videos, see :func:`~.samplers.list_spans`."""
        positions = self._positions()
        offsets = self.videos.offsets
        firsts = np.searchsorted(positions, offsets)
        return [
            VideoSpan(
                int(firsts[number]),
                positions[firsts[number]:firsts[number + 1]] - offsets[number],
                int(offsets[number + 1] - offsets[number]),
            ) for number in range(len(self.videos))
            if firsts[number] < firsts[number + 1]
        ]

    def _positions(self) -> np.ndarray:
        if self.listed is None:
            return np.arange(len(self.videos.files))
        return self.listed

    def _entry(self, position: int) -> dict:
        videos = self.videos
        number = int(np.searchsorted(videos.offsets, position, 'right')) - 1
        begin, end = videos.offsets[number:number + 2].tolist()
        name = videos.video(number)
        folder = os.path.join(self.folder, name)
        neighbours = {
            gap: os.path.join(folder, videos.file(position + gap))
            for gap in self.gaps if begin <= position + gap < end
        }
        file = videos.file(position)
        return dict(
            video_id=name,
            frame_id=os.path.splitext(file)[0],
            frame_index=position - begin,
            num_frames=end - begin,
            img_path=os.path.join(folder, file),
            neighbours=neighbours,
            flow_paths={},
            flow_size=None,
            available_gaps=tuple(neighbours),
            mask_path=self._mask_path(name, file),
        )

    def _mask_path(self, name: str, file: str) -> str | None:
        if self.masks is None or name not in self._mask_numbers:
            return None
        stem = os.fsencode(os.path.splitext(file)[0])
        for mask in self.masks.files_of(self._mask_numbers[name]):
            if os.path.splitext(bytes(mask))[0] == stem:
                return os.path.join(self.mask_folder, name, os.fsdecode(mask))
        return None

    def _mask_stems(self, name: str) -> np.ndarray:
        if self.masks is None or name not in self._mask_numbers:
            return np.array([], bytes)
        return _stems(self.masks.files_of(self._mask_numbers[name]))


def _stems(files: np.ndarray) -> np.ndarray:
    return np.array([os.path.splitext(bytes(file))[0] for file in files],
                    bytes)
