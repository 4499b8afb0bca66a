"""Predictions of whole videos on disk, with the settings that made them."""

import io
import json
import logging
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import torch
from mmengine.logging import print_log

from mmmotion.flow.atomic import write_atomically
from mmmotion.models.segmentors import FramePrediction

from .fingerprint import describe_changes


@dataclass
class StoredVideo:
    """What was predicted for one video.

    Attributes:
        regions: (K, h, w) soft regions by name of the frame, before any
            post-processing.
        masks: (1 + O, h, w) soft masks by name of the frame, after it.
        losses: (S,) loss of each step of the adaptation.
    """

    regions: dict[str, torch.Tensor]
    masks: dict[str, torch.Tensor]
    losses: list[float]


class PredictionStore:
    """One file per video that appears only when it is whole.

    Args:
        folder: Folder of the files.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path(self, video_id: str) -> Path:
        """Return the file of a video."""
        return self.folder / f'{quote(video_id, safe="@ ")}.npz'

    def write(
        self,
        video_id: str,
        settings: Mapping[str, Any],
        frames: Sequence[FramePrediction],
        losses: Sequence[float],
    ) -> None:
        """Store the finished frames of a video in the place of older ones.

        Args:
            video_id: Name of the video.
            settings: What the predictions depend on, see
                :func:`describe_settings`.
            frames: All frames of the video after post-processing.
            losses: Loss of each step of the adaptation.
        """
        arrays: dict[str, Any] = dict(
            settings=np.array(json.dumps(settings)),
            frame_ids=np.array([f.data_sample.frame_id for f in frames]),
            losses=np.array(losses, np.float64),
        )
        for i, frame in enumerate(frames):
            arrays[f'regions_{i}'] = _to_array(frame.data_sample.pred_regions)
            arrays[f'masks_{i}'] = _to_array(frame.masks)
        write_atomically(self.path(video_id), _to_npz(arrays))

    def read(
        self, video_id: str, settings: Mapping[str, Any]
    ) -> StoredVideo | None:
        """Return the predictions of a video if the same settings made them.

        Args:
            video_id: Name of the video.
            settings: See :meth:`write`.

        Returns:
            The predictions; None if there are none, or others, which the log
            says.
        """
        path = self.path(video_id)
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as arrays:
                before = json.loads(str(arrays['settings']))
                if before == settings:
                    return _to_video(arrays)
        except (PermissionError, MemoryError):
            raise
        # Damaged archives fail anyhow.
        except Exception as error:
            _say_again(path, f'the file is damaged ({error})')
            return None
        _say_again(path, describe_changes(before, settings))
        return None


def _say_again(path: Path, reason: str) -> None:
    print_log(
        f'{path} is not used and its video done again: {reason}',
        logger='current',
        level=logging.WARNING,
    )


def _to_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Pack arrays as numpy does, but in half of the time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED,
                         compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f'{name}.npy', 'w') as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return buffer.getvalue()


def _to_array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()


def _to_video(arrays: Mapping[str, np.ndarray]) -> StoredVideo:
    names = [str(name) for name in arrays['frame_ids']]
    regions, masks = ({
        name: torch.from_numpy(arrays[f'{kind}_{i}'])
        for i, name in enumerate(names)
    } for kind in ('regions', 'masks'))
    return StoredVideo(regions, masks, arrays['losses'].tolist())
