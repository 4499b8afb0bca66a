"""Stage 7: labels at the size of the video, and what they measure."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from mmmotion.structures import ObjectTrack

from .decode import Frames
from .frame_arrays import FrameArrays
from .full_size import full_labels, object_masks
from .track import Objects


@dataclass(frozen=True)
class FinalMasks:
    """Masks of the objects of each frame, made when they are asked for.

    Attributes:
        frames: The frames.
        groups: (K, h, w) soft masks of each frame as predicted.
        objects: The objects.
        warnings: What the user should know about the masks.
    """

    frames: Frames
    groups: FrameArrays
    objects: Objects
    warnings: tuple[str, ...] = ()

    def soft(self, index: int) -> np.ndarray:
        """(O, h, w) float32 soft masks; those of the method without any."""
        groups = self.groups.read(index).astype(np.float32)
        if not self.objects.num_objects:
            return groups
        return object_masks(
            groups, self.objects.labels(index), self.objects.num_objects
        )

    def labels(self, index: int) -> np.ndarray:
        """(H, W) uint8 labels."""
        return self.enlarge(self.soft(index))

    def enlarge(self, soft: np.ndarray) -> np.ndarray:
        """(H, W) uint8 labels of soft masks."""
        return full_labels(soft[:self.objects.num_objects], self.frames.size)


@dataclass
class _Track:
    areas: list[int] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]
                | None] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, mask: np.ndarray, soft: np.ndarray) -> None:
        """Measure the object in the next frame."""
        area = int(cv2.countNonZero(mask))
        self.areas.append(area)
        self.boxes.append(None)
        self.scores.append(0.0)
        if area:
            x, y, width, height = cv2.boundingRect(mask)
            self.boxes[-1] = float(x), float(y), float(width), float(height)
            small = cv2.resize(
                mask, soft.shape[::-1], interpolation=cv2.INTER_AREA
            ).astype(np.float32)
            total = small.sum()
            # An object may be too small for a pixel of the soft mask.
            score = (soft * small).sum() / total if total else soft.max()
            self.scores[-1] = float(np.clip(score, 0, 1))


def measure_objects(
    masks: FinalMasks, on_frame: Callable[[int, np.ndarray], None]
) -> tuple[ObjectTrack, ...]:
    """Measure the objects in all frames.

    Args:
        masks: The masks.
        on_frame: Given position and (H, W) uint8 labels of each frame.
    """
    scores = masks.objects.motion_scores
    tracks = {number: _Track() for number in sorted(scores)}
    for index in range(len(masks.frames)):
        soft = masks.soft(index)
        labels = masks.enlarge(soft)
        for number, track in tracks.items():
            mask = (labels == number).astype(np.uint8)
            track.add(mask, soft[number - 1])
        on_frame(index, labels)
    return tuple(
        ObjectTrack(
            number,
            scores[number],
            tuple(track.areas),
            tuple(track.boxes),
            tuple(track.scores),
        ) for number, track in tracks.items()
    )
