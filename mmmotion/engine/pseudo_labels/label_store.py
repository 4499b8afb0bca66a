"""Pseudo masks on disk, with the settings that made them."""

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log

from mmmotion.datasets.pseudo_mask_files import (
    pseudo_mask_path,
    write_pseudo_mask,
)
from mmmotion.flow.atomic import write_atomically

from ..adaptation import describe_changes

_NOTE = 'labels.json'


class LabelStore:
    """A folder of masks for each video, and a note when it is complete.

    ::

        <folder>/<video>/<frame>.png    object 255, background 0
        <folder>/<video>/labels.json    settings, and share of the object

    Args:
        folder: Folder of the videos.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def begin(self, video_id: str) -> None:
        """Make sure that the video is not taken for complete."""
        self._note(video_id).unlink(missing_ok=True)

    def write(self, video_id: str, frame_id: str, mask: np.ndarray) -> None:
        """Store the label of one frame.

        Args:
            video_id: Name of the video.
            frame_id: Name of the frame.
            mask: (H, W) uint8.
        """
        write_pseudo_mask(
            pseudo_mask_path(self.folder, video_id, frame_id), mask
        )

    def finish(
        self,
        video_id: str,
        settings: Mapping[str, Any],
        shares: Mapping[str, float],
    ) -> None:
        """Note that all labels of a video are there.

        Args:
            video_id: Name of the video.
            settings: What they depend on, see ``describe_settings``.
            shares: Share of the object in each frame.
        """
        note = dict(settings=settings, shares=shares)
        data = json.dumps(note, indent=1).encode()
        write_atomically(self._note(video_id), data)

    def read(
        self,
        video_id: str,
        settings: Mapping[str, Any],
        frame_ids: Iterable[str],
    ) -> dict[str, float] | None:
        """Return the shares if the same settings made all labels of a video.

        Args:
            video_id: Name of the video.
            settings: See :meth:`finish`; keys that are not among them are not
                compared.
            frame_ids: Names of the frames that have to be there.

        Returns:
            The share of the object in each frame; None if there are no such
            labels, which the log says if there are others.
        """
        path = self._note(video_id)
        if not path.is_file():
            return None
        note = json.loads(path.read_bytes())
        before = {
            key: value
            for key, value in note['settings'].items() if key in settings
        }
        shares = {name: note['shares'].get(name) for name in frame_ids}
        if before != settings:
            reason = describe_changes(before, dict(settings))
        elif None in shares.values() or not self._has(video_id, shares):
            reason = 'some of its labels are not there'
        else:
            return shares
        print_log(
            f'labels of {path.parent} are not used: {reason}',
            logger='current',
            level=logging.WARNING,
        )
        return None

    def _note(self, video_id: str) -> Path:
        return pseudo_mask_path(self.folder, video_id, '').with_name(_NOTE)

    def _has(self, video_id: str, frame_ids: Iterable[str]) -> bool:
        return all(
            pseudo_mask_path(self.folder, video_id, name).is_file()
            for name in frame_ids
        )
