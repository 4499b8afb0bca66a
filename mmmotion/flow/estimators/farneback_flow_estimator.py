"""Polynomial expansion: a second estimator without weights."""

import cv2
import numpy as np

from mmmotion.registry import FLOW_ESTIMATORS

from .flow_estimator import FlowEstimator, check_frames, to_grey


@FLOW_ESTIMATORS.register_module()
class FarnebackFlowEstimator(FlowEstimator):
    """Flow by polynomial expansion, through OpenCV.

    Slower than :class:`DISFlowEstimator` and far less exact on motion of
    several pixels. Works on the luminance.

    Source: Farnebäck, "Two-Frame Motion Estimation Based on Polynomial
    Expansion", SCIA 2003.

    Args:
        pyramid_scale: Size of a pyramid level relative to the finer one, in
            (0, 1).
        num_levels: Number of pyramid levels, the image itself included.
        window_size: Side of the averaging window in pixels.
        num_iters: Iterations on each level.
        poly_size: Side of the neighbourhood of the expansion in pixels.
        poly_sigma: Standard deviation of its weights in pixels.

    Raises:
        ValueError: If ``pyramid_scale`` is not in (0, 1), or another value
            is not positive.
    """

    name = 'farneback'

    def __init__(
        self,
        pyramid_scale: float = 0.5,
        num_levels: int = 3,
        window_size: int = 15,
        num_iters: int = 3,
        poly_size: int = 5,
        poly_sigma: float = 1.2,
    ) -> None:
        if not 0 < pyramid_scale < 1:
            raise ValueError(
                f'expected pyramid_scale in (0, 1), got {pyramid_scale}'
            )
        positive = dict(
            num_levels=num_levels,
            window_size=window_size,
            num_iters=num_iters,
            poly_size=poly_size,
            poly_sigma=poly_sigma,
        )
        for key, value in positive.items():
            if value <= 0:
                raise ValueError(f'expected {key} above 0, got {value}')
        self._settings = dict(
            pyr_scale=pyramid_scale,
            levels=num_levels,
            winsize=window_size,
            iterations=num_iters,
            poly_n=poly_size,
            poly_sigma=poly_sigma,
            flags=0,
        )

    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Compute where each pixel of the first frame goes."""
        check_frames(img1, img2)
        # OpenCV's type stubs lack the None that asks for a new array.
        return cv2.calcOpticalFlowFarneback(  # type: ignore[call-overload]
            to_grey(img1), to_grey(img2), None, **self._settings
        )
