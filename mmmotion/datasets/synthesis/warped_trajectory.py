"""How layers move that tilt and bend."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import homography
from .bending import Bending
from .homography import Homography
from .trajectories import Window


@dataclass(frozen=True, eq=False)
class WarpedTrajectory:
    """Bending in a layer's own plane, then a homography to the image.

    Stands in for ``AffineTrajectory``. Forward and backward map are inverse
    to each other, so outline, colours and flow belong to one motion.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, Sec. 4.1, where
    nothing is said about the inverse.

    Attributes:
        poses: (T, 3, 3) homography of each frame, from layer to image.
        bending: How the layer bends, None for a rigid one.
        clock: (T,) time of the bending at each frame; 0, 1, 2, ... unless
            the layer rests.
    """

    poses: Homography
    bending: Bending | None = None
    clock: NDArray[np.int64] | None = None
    _inverse: Homography = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Invert the homographies once."""
        inverse = homography.invert(self.poses)
        object.__setattr__(self, '_inverse', inverse)

    def project(self, points: NDArray[np.float64],
                frame: int) -> NDArray[np.float64]:
        """Take (P, 2) points of the layer to the image at a frame."""
        x, y = self._forward(points[:, 0], points[:, 1], frame)
        return np.stack([x, y], axis=-1)

    def sources(
        self, frame: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the pixels of a window come from in the layer.

        Args:
            frame: Index of the frame.
            window: Top, left, bottom and right in the image.

        Returns:
            The (h, w) x and y coordinates in the layer.
        """
        top, left, bottom, right = window
        cols = np.arange(left, right, dtype=np.float64)[None, :]
        rows = np.arange(top, bottom, dtype=np.float64)[:, None]
        x, y = homography.transform(self._inverse[frame], cols, rows)
        if self.bending is None:
            return x, y
        shape = x.shape
        time = self._time(frame)
        x, y = self.bending.undo(x.ravel(), y.ravel(), time)
        return x.reshape(shape), y.reshape(shape)

    def displacements(
        self, start: int, end: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far the pixels of a window move between two frames.

        Args:
            start: Frame in which the pixels are.
            end: Frame to which they move, before or after ``start``.
            window: Top, left, bottom and right in the image.

        Returns:
            The (h, w) horizontal and vertical displacements in pixels,
            exactly 0 if the layer has the same pose in both frames.
        """
        x, y = self.sources(start, window)
        shape = x.shape
        x, y = x.ravel(), y.ravel()
        # The difference of one map at two times, so that both round alike.
        before, after = (self._forward(x, y, t) for t in (start, end))
        return (
            (after[0] - before[0]).reshape(shape),
            (after[1] - before[1]).reshape(shape),
        )

    def _forward(
        self, x: NDArray[np.float64], y: NDArray[np.float64], frame: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self.bending is not None:
            x, y = self.bending.displace(x, y, self._time(frame))
        return homography.transform(self.poses[frame], x, y)

    def _time(self, frame: int) -> float:
        return float(frame if self.clock is None else self.clock[frame])
