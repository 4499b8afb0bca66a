"""What moves in a frame, against the motion of the background."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow import fit_background, warp

from .mask_shapes import count_pixels

# Robust deviations of the background that a moving pixel departs by, and the
# least such departure in pixels.
_NUM_DEVIATIONS = 4.0
_MIN_THRESHOLD = 0.1
# Factor by which the background's motion explains the pixels of a moving
# object worse than their own flow; around 0.6 in still scenes, where both
# explain them and the noise stands in the denominator, and 2 or more else.
_MIN_SUPPORT = 1.5
# Flow is matched by patches, which have nothing to match along the border.
_MARGIN = 0.02
# A background is smooth: means of four pixels, or of more as long as there are
# 64 of them along the shorter side, show it as well as each.
_MIN_SHRINK = 2
_SHRUNK_SIDE = 64


@dataclass(frozen=True)
class FrameMotion:
    """The flow of one frame, and what the background leaves of it.

    Attributes:
        flow: (2, h, w) observed flow in pixels.
        residual: (2, h, w) what it has beyond that of the background.
        seen: (h, w) bool, pixels that lie inside the frame by 2 % of the
            longer side, and stay there with the background; elsewhere the
            flow has nothing to be measured from.
        threshold: Length of the residual in pixels above which a pixel moves.
    """

    flow: np.ndarray
    residual: np.ndarray
    seen: np.ndarray
    threshold: float

    @property
    def background(self) -> np.ndarray:
        """(2, h, w) flow of the background."""
        return self.flow - self.residual

    def velocity(self, mask: np.ndarray) -> np.ndarray:
        """(2,) median residual of the pixels of a mask that is not empty."""
        return np.median(self.residual[:, self._inside(mask)], axis=1)

    def score(self, mask: np.ndarray) -> float:
        """Median length of the residual of a mask over the threshold."""
        length = np.hypot(*self.residual[:, self._inside(mask)])
        return float(np.median(length)) / self.threshold

    def _inside(self, mask: np.ndarray) -> np.ndarray:
        inside = mask & self.seen
        # An object that leaves has no other pixels to be judged by.
        is_enough = 4 * count_pixels(inside) >= count_pixels(mask)
        return inside if is_enough else mask


def measure_motion(flow: Tensor, degree: int = 2) -> FrameMotion:
    """Free a flow of the motion of the background.

    The threshold is four robust deviations of the residual, or a tenth of a
    pixel if that is more.

    Args:
        flow: (2, h, w) flow in pixels.
        degree: Degree of the background, see ``fit_background``.
    """
    shrink = max(_MIN_SHRINK, min(flow.shape[-2:]) // _SHRUNK_SIDE)
    fit = fit_background(flow, degree, shrink=shrink)
    background = fit.flow.numpy()
    height, width = background.shape[-2:]
    columns, rows = np.arange(width), np.arange(height)[:, None]
    margin = round(_MARGIN * max(height, width))
    seen = np.ones((height, width), bool)
    for x, y in ((columns, rows), (columns + background[0],
                                   rows + background[1])):
        seen &= (x >= margin) & (x <= width - 1 - margin)
        seen &= (y >= margin) & (y <= height - 1 - margin)
    return FrameMotion(
        flow=flow.numpy(),
        residual=fit.residual.numpy(),
        seen=seen,
        threshold=max(_NUM_DEVIATIONS * float(fit.scale), _MIN_THRESHOLD),
    )


class PictureEvidence:
    """Whether two frames show that something moves, not only their flow.

    Flow errs where there is nothing to match, and errs alike from frame to
    frame; but there the motion of the background explains the next frame as
    well as the flow does.

    Args:
        motion: Motion from the first frame to the second.
        first: (h, w) grey levels of the first frame.
        second: (h, w) grey levels of the second frame.
    """

    def __init__(
        self, motion: FrameMotion, first: np.ndarray, second: np.ndarray
    ) -> None:
        flows = torch.from_numpy(np.stack([motion.background, motion.flow]))
        images = torch.from_numpy(second).expand(2, 1, *second.shape)
        warped = warp(images, flows)[:, 0].numpy()
        self.by_background, self.by_flow = np.abs(warped - first)
        self.seen = motion.seen
        seen = self.by_background[motion.seen]
        self.noise = float(np.median(seen)) if len(seen) else 0.0

    def supports(self, mask: np.ndarray) -> bool:
        """Whether the pixels of a mask move against the background.

        Their mean difference between the frames along the background's motion
        is more than 1.5 times that along the flow plus the noise, which is
        the median of the former over the frame.
        """
        mask = mask & self.seen
        if not mask.any():
            return False
        by_flow = self.by_flow[mask].mean() + self.noise
        return bool(self.by_background[mask].mean() > _MIN_SUPPORT * by_flow)
