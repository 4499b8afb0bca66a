"""The grid on which objects are told apart."""

from collections.abc import Mapping

import cv2
import numpy as np

_BLUR = 1.0


class WorkGrid:
    """Goes from the size of masks to a smaller one and back.

    Args:
        shape: (h, w) of the masks.
        max_side: Longest side of the grid.

    Attributes:
        shape: (h, w) of the masks.
        size: (h, w) of the grid.
    """

    def __init__(self, shape: tuple[int, ...], max_side: int) -> None:
        self.shape = (shape[0], shape[1])
        scale = min(1.0, max_side / max(shape))
        height, width = (max(1, round(scale * side)) for side in self.shape)
        self.size = (height, width)

    def shrink_labels(self, labels: np.ndarray) -> np.ndarray:
        """Reduce (h, w) uint8 labels by taking nearest neighbours.

        Raises:
            ValueError: If they are not of the expected size.
        """
        if labels.shape != self.shape:
            raise ValueError(
                f'expected masks of {self.shape} like those of the frames '
                f'before, got {labels.shape}'
            )
        return cv2.resize(
            labels, self.size[::-1], interpolation=cv2.INTER_NEAREST
        )

    def shrink_frame(self, frame: np.ndarray) -> np.ndarray:
        """Reduce a frame (H, W, 3), uint8 RGB, to float32 grey levels.

        Raises:
            ValueError: If it has another shape or type.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError(
                'frame must be (H, W, 3) uint8, got shape '
                f'{frame.shape} and type {frame.dtype}'
            )
        small = cv2.resize(
            frame, self.size[::-1], interpolation=cv2.INTER_AREA
        )
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return cv2.GaussianBlur(grey, (0, 0), _BLUR)

    def enlarge(
        self, masks: Mapping[int, np.ndarray], foreground: np.ndarray
    ) -> np.ndarray:
        """Number the pixels of a foreground by the masks of objects.

        Args:
            masks: (h, w) bool masks on the grid by number.
            foreground: (H, W) bool.

        Returns:
            (H, W) int32, 0 background; foreground farther than two cells from
            all masks is background too.
        """
        labels = np.zeros(self.size, np.float32)
        for number, mask in masks.items():
            labels[mask] = number
        if self.size != self.shape:
            grown = cv2.dilate(labels, np.ones((5, 5), np.uint8))
            labels = np.where(labels > 0, labels, grown)
        large = cv2.resize(
            labels, self.shape[::-1], interpolation=cv2.INTER_NEAREST
        )
        return np.where(foreground, large, 0).astype(np.int32)
