"""Base of everything that computes optical flow."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import cv2
import numpy as np
import torch


class FlowEstimator(ABC):
    """Computes the flow between two frames.

    A subclass keeps its settings in its constructor arguments, which must be
    plain values: together with the class name they are written beside the
    flows, and flows made with others are refused. One instance serves one
    process, because it may keep buffers between calls.

    Attributes:
        name: Short name: of the folder in which flows are stored, and for the
            command line.
        file_settings: Constructor arguments that are paths. Only the last
            part of the path is written beside the flows; what is in the file
            belongs into :meth:`provenance`.
    """

    name: ClassVar[str]
    file_settings: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Compute where each pixel of the first frame goes.

        Args:
            img1: (H, W, 3) uint8 RGB.
            img2: (H, W, 3) uint8 RGB, of the same size.

        Returns:
            (H, W, 2) float32 flow in pixels, u along x first; no later call
            changes it.

        Raises:
            TypeError: If a frame is not uint8.
            ValueError: If the frames are no RGB images of one usable size.
        """

    def estimate_batch(
        self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> list[np.ndarray]:
        """Compute the flows of several pairs, here one after the other.

        Args:
            pairs: Pairs of frames as for :meth:`estimate`, all of one size.

        Returns:
            One flow per pair, as of :meth:`estimate`.
        """
        return [self.estimate(img1, img2) for img1, img2 in pairs]

    def to(self, device: str | torch.device) -> None:
        """Choose where to compute. Only networks run elsewhere than on a CPU.

        Args:
            device: Such as ``'cpu'`` or ``'cuda:0'``.

        Raises:
            ValueError: If the estimator cannot run there.
        """
        if torch.device(device).type != 'cpu':
            raise ValueError(
                f"{type(self).__name__} runs on device 'cpu' only, got "
                f'{str(device)!r}'
            )

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
