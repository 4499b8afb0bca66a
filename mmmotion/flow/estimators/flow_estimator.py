"""Base of everything that computes optical flow."""

from abc import ABC, abstractmethod
from typing import ClassVar

import cv2
import numpy as np


class FlowEstimator(ABC):
    """Computes the flow between two frames.

    A subclass keeps its settings in its constructor arguments, which must be
    plain values: together with the class name they are written beside the
    flows, and flows made with others are refused. One instance serves one
    process, because it may keep buffers between calls.

    Attributes:
        name: Short name: of the folder in which flows are stored, and for the
            command line.
    """

    name: ClassVar[str]

    @abstractmethod
    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Compute where each pixel of the first frame goes.

        Args:
            img1: (H, W, 3) uint8 RGB.
            img2: (H, W, 3) uint8 RGB, of the same size.

        Returns:
            (H, W, 2) float32 flow in pixels, u along x first.

        Raises:
            TypeError: If a frame is not uint8.
            ValueError: If the frames are no RGB images of one usable size.
        """

    def provenance(self) -> dict:
        """Facts that decide the result beside the constructor arguments.

        An estimator with weights returns their hash. Plain values only.
        """
        return {}


def check_frames(img1: np.ndarray, img2: np.ndarray) -> None:
    """Refuse what is not a pair of RGB frames of one size.

    Args:
        img1: (H, W, 3) uint8 RGB.
        img2: (H, W, 3) uint8 RGB.

    Raises:
        TypeError: If a frame is not uint8.
        ValueError: If a shape is not (H, W, 3), or they differ.
    """
    for img in (img1, img2):
        if img.dtype != np.uint8:
            raise TypeError(f'expected uint8 frames, got {img.dtype}')
        if img.ndim != 3 or img.shape[-1] != 3:
            raise ValueError(
                f'expected frames of shape (H, W, 3), got {img.shape}'
            )
    if img1.shape != img2.shape:
        raise ValueError(
            'expected two frames of the same size, got (H, W) = '
            f'{img1.shape[:2]} and {img2.shape[:2]}'
        )


def to_grey(img: np.ndarray) -> np.ndarray:
    """Turn an (H, W, 3) uint8 RGB frame into (H, W) uint8 luminance."""
    return cv2.cvtColor(img, cv2.COLOR_RGB2GRAY)
