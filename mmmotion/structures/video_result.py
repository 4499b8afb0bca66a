"""What is known about a video once its moving objects were found."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .object_track import ObjectTrack

VERDICTS = ('objects', 'nothing moves', 'nothing found')
"""What may be said about a video as a whole; the last where there is no flow
that could tell what moves, as for an image."""


@dataclass(frozen=True)
class VideoResult:
    """The moving objects of one video.

    O is the number of objects, K that of soft masks, (H, W) the size of the
    video, (h, w) the size at which it was worked on. The three sequences read
    a frame at a time from disk, so that a video of any length has a result.

    Attributes:
        name: Name of the video.
        size: (H, W).
        fps: Frames per second.
        frame_names: Name of each frame, without a suffix.
        objects: The objects, in the order of their numbers.
        verdict: One of :data:`VERDICTS`; if nothing moves, or nothing was
            found, there are no objects and all labels are 0.
        settings: What made the result: input, method, weights, and all
            choices that a run can make, as plain numbers and texts.
        warnings: What the user should know about the result.
        is_counted: Whether objects were told apart; if not, the only object
            is all that moves.
        labels: (H, W) uint8 per frame, 0 background, else the number of an
            object.
        soft_masks: (K or O, h, w) float32 in [0, 1] per frame; the objects
            where the method tells them apart, else its regions.
        flows: (2, h, w) float32 per frame in pixels of (h, w), from the frame
            to the next one; None where there is no flow, as for an image.

    Raises:
        ValueError: If the verdict is another word, or a sequence does not
            have one entry per frame.
    """

    name: str
    size: tuple[int, int]
    fps: float
    frame_names: tuple[str, ...]
    objects: tuple[ObjectTrack, ...]
    verdict: str
    settings: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    is_counted: bool = True
    labels: Sequence[np.ndarray] = field(default=(), repr=False)
    soft_masks: Sequence[np.ndarray] = field(default=(), repr=False)
    flows: Sequence[np.ndarray | None] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(
                f'expected verdict to be one of {VERDICTS}, got '
                f'{self.verdict!r}'
            )
        for name in ('labels', 'soft_masks', 'flows'):
            if len(getattr(self, name)) != len(self):
                raise ValueError(
                    f'expected {name} of {len(self)} frames, got '
                    f'{len(getattr(self, name))}'
                )

    def __len__(self) -> int:
        return len(self.frame_names)

    @property
    def answer(self) -> str:
        """What is known about the objects, in a few words."""
        if not self.objects:
            return self.verdict
        scores = [track.motion_score for track in self.objects]
        num_moving = sum(score > 1 for score in scores)
        if not self.is_counted:
            known = 'moves' if num_moving else 'was found'
            return f'something {known}, as one mask'
        number = len(scores)
        plural = '' if number == 1 else 's'
        if num_moving == number:
            return f'{number} moving object{plural}'
        if all(map(math.isnan, scores)):
            return f'{number} object{plural}'
        return f'{number} object{plural}, {num_moving} of them moving'
