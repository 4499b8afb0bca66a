"""What two followed regions had to do with each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .mask_shapes import count_pixels, distance_to

# Regions touch within this many pixels, and are near within this share of the
# size of the larger one.
_TOUCH = 3.0
_NEAR = 0.25


@dataclass
class PairHistory:
    """Two regions in the frames in which both were seen.

    Attributes:
        num_frames: Number of these frames.
        num_touching: Frames in which they touch.
        num_near: Frames in which they are near each other.
        drift: (2,) sum of the differences of their motions in pixels.
    """

    num_frames: int = 0
    num_touching: int = 0
    num_near: int = 0
    drift: np.ndarray = field(default_factory=lambda: np.zeros(2))

    @property
    def touching(self) -> float:
        """Share of the frames in which they touch."""
        return self.num_touching / max(1, self.num_frames)

    @property
    def near(self) -> float:
        """Share of the frames in which they are near each other."""
        return self.num_near / max(1, self.num_frames)


Pair = tuple[int, int]


def observe_pairs(
    pairs: dict[Pair, PairHistory],
    masks: Mapping[int, np.ndarray],
    velocities: Mapping[int, np.ndarray],
) -> None:
    """Add one frame to the histories of all pairs that are seen in it.

    Args:
        pairs: Histories by the two numbers, the smaller first; extended.
        masks: (h, w) bool by number.
        velocities: (2,) motion against the background in pixels by number.
    """
    numbers = sorted(masks)
    areas = {number: count_pixels(masks[number]) for number in numbers}
    for i, first in enumerate(numbers[:-1]):
        distance = distance_to(masks[first])
        for second in numbers[i + 1:]:
            gap = float(distance[masks[second]].min())
            size = np.sqrt(max(areas[first], areas[second]))
            history = pairs.setdefault((first, second), PairHistory())
            history.num_frames += 1
            history.num_touching += gap <= _TOUCH
            history.num_near += gap <= max(_TOUCH, _NEAR * size)
            history.drift = (
                history.drift + velocities[second] - velocities[first]
            )
