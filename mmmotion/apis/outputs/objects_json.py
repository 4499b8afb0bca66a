"""Masks of a video as COCO run lengths."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from mmmotion.flow.atomic import write_atomically
from mmmotion.structures import ObjectTrack

from .result_json import track_to_json


def encode_rle(mask: np.ndarray) -> dict[str, Any]:
    """Encode a mask by pycocotools.

    Args:
        mask: (H, W) bool.

    Returns:
        ``size`` [H, W] and ``counts``, a text.
    """
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return dict(
        size=[int(s) for s in rle['size']], counts=rle['counts'].decode()
    )


class ObjectsWriter:
    """Collects the run lengths of one frame after the other.

    Args:
        num_objects: Number of objects.
    """

    def __init__(self, num_objects: int) -> None:
        self.num_objects = num_objects
        self._frames: list[list[dict | None]] = []

    def add(self, labels: np.ndarray) -> None:
        """Take the labels of the next frame.

        Args:
            labels: (H, W) uint8, 0 background.
        """
        found = set(np.unique(labels).tolist())
        self._frames.append([
            encode_rle(labels == number) if number in found else None
            for number in range(1, self.num_objects + 1)
        ])

    def write(
        self,
        path: str | Path,
        name: str,
        size: tuple[int, int],
        fps: float,
        frame_names: Sequence[str],
        tracks: Sequence[ObjectTrack],
    ) -> None:
        """Write the file, in the form of YouTube-VIS.

        Args:
            path: File to write.
            name: Name of the video.
            size: (H, W).
            fps: Frames per second.
            frame_names: Name of each frame, without a suffix.
            tracks: The objects.
        """
        common = dict(width=size[1], height=size[0], length=len(frame_names))
        annotations = [
            dict(
                common,
                id=track.object_id,
                video_id=1,
                category_id=1,
                iscrowd=0,
                segmentations=[
                    frame[track.object_id - 1] for frame in self._frames
                ],
                areas=[area or None for area in track.areas],
                bboxes=[box and list(box) for box in track.boxes],
                scores=[round(score, 5) for score in track.scores],
                motion_score=track_to_json(track)['motion_score'],
            ) for track in tracks
        ]
        names = [f'{frame}.png' for frame in frame_names]
        content = dict(
            videos=[dict(common, id=1, name=name, fps=fps, file_names=names)],
            categories=[dict(id=1, name='moving object')],
            annotations=annotations,
        )
        write_atomically(path, json.dumps(content).encode())
