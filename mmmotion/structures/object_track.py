"""One object through a video."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectTrack:
    """One moving object, with one entry per frame of the video.

    Attributes:
        object_id: Its number in the labels, from 1.
        motion_score: How much it moves against the background; 0 is not at
            all, above 1 it moves. NaN where there is no flow.
        areas: Number of its pixels at the size of the video.
        boxes: (x, y, width, height) in pixels of the video; None where the
            object is not seen.
        scores: Mean of its soft mask over its own pixels, in [0, 1]; 0 where
            it is not seen.
    """

    object_id: int
    motion_score: float
    areas: tuple[int, ...]
    boxes: tuple[tuple[float, float, float, float] | None, ...]
    scores: tuple[float, ...]
