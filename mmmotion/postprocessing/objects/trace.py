"""One region followed through a video."""

from dataclasses import dataclass, field

import numpy as np

from .frame_motion import FrameMotion
from .mask_shapes import count_pixels, move_mask
from .regions import Region
from .score_histogram import ScoreHistogram
from .share_out import Expectation


@dataclass
class Trace:
    """What is remembered of one followed region.

    Attributes:
        number: Its number in the provisional labels.
        parent: The region that it came off, if any.
        group: Group that it was last seen in.
        velocity: (2,) last motion against the background in pixels.
        shift: (2,) last mean flow in pixels.
        moving: (h, w) bool, where it is if it goes on as it did.
        resting: (h, w) bool, where it is if it stays where it was on the
            background.
        num_missed: Frames since it was seen.
        num_frames: Frames in which it was seen.
        total_area: Sum of its pixels over these frames.
        scores: Its motion scores in these frames.
    """

    number: int
    parent: int | None = None
    group: int = 1
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    shift: np.ndarray = field(default_factory=lambda: np.zeros(2))
    moving: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    resting: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    num_missed: int = 0
    num_frames: int = 0
    total_area: int = 0
    scores: ScoreHistogram = field(default_factory=ScoreHistogram)

    @property
    def size(self) -> float:
        """Root of the mean area in pixels."""
        return float(np.sqrt(self.total_area / max(1, self.num_frames)))

    @property
    def moves(self) -> bool:
        """Whether it moves in a quarter of its frames, or was not judged."""
        return not self.scores.typical() <= 1

    def see(self, region: Region, motion: FrameMotion | None) -> None:
        """Go on with a region of the next frame."""
        self.num_missed = 0
        self.num_frames += 1
        self.total_area += count_pixels(region.mask)
        self.group = region.group
        if motion is None:
            self.moving = move_mask(region.mask, self.shift[:, None, None])
            self.resting = region.mask
            return
        self.velocity = motion.velocity(region.mask)
        self.shift = np.median(motion.flow[:, region.mask], axis=1)
        self.moving = move_mask(region.mask, motion.flow)
        self.resting = move_mask(region.mask, motion.background)

    def miss(self, motion: FrameMotion | None) -> None:
        """Go on without being seen in the next frame."""
        self.num_missed += 1
        self.moving = move_mask(self.moving, self.shift[:, None, None])
        if motion is not None:
            self.resting = move_mask(self.resting, motion.background)

    def expect(self) -> Expectation:
        """Where it should be in the next frame."""
        return Expectation(self.moving, self.velocity, self.num_missed)
