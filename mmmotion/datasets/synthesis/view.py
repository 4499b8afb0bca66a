"""One frame of a scene, with everything that is known about it."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .renderer import (
    Coverage,
    cover_all,
    render_flow,
    render_frame,
    render_masks,
    render_owner,
    render_visibility,
)
from .scene import Scene


class View:
    """A frame of a scene; what several outputs need is computed once.

    Args:
        scene: The scene.
        frame: Index of the frame.
    """

    def __init__(self, scene: Scene, frame: int) -> None:
        self.scene = scene
        self.frame = frame

    @cached_property
    def coverages(self) -> list[Coverage]:
        """How much of each pixel every sprite covers, from back to front."""
        return cover_all(self.scene, self.frame)

    @cached_property
    def owner(self) -> NDArray[np.uint8]:
        """(H, W) nearest layer, 0 the background and i + 1 sprite i."""
        return render_owner(self.scene, self.coverages)

    def image(self) -> NDArray[np.uint8]:
        """Paint the (H, W, 3) RGB frame."""
        return render_frame(self.scene, self.frame, self.coverages)

    def masks(
        self
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
        """Return modal and amodal masks and order, see ``render_masks``."""
        return render_masks(self.scene, self.coverages, self.owner)

    def flow(self, target: int) -> NDArray[np.float32]:
        """Return the (H, W, 2) flow to another frame, see ``render_flow``."""
        return render_flow(
            self.scene, self.frame, target, self.coverages, self.owner
        )

    def visibility(self, flow: NDArray[np.float32],
                   other: 'View') -> NDArray[np.bool_]:
        """Return the (H, W) pixels that are also seen in another frame.

        Args:
            flow: Flow from this frame to the other one.
            other: The other frame.
        """
        return render_visibility(flow, self.owner, other.owner)
