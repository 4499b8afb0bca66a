"""Dense inverse search: the default, without weights."""

import cv2
import numpy as np

from mmmotion.registry import FLOW_ESTIMATORS

from .flow_estimator import FlowEstimator, check_frames, to_grey

_PRESETS = {
    'ultrafast': cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    'fast': cv2.DISOPTICAL_FLOW_PRESET_FAST,
    'medium': cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}
_MIN_SIDE = 12


@FLOW_ESTIMATORS.register_module()
class DISFlowEstimator(FlowEstimator):
    """Flow by dense inverse search, through OpenCV.

    Works on the luminance. The presets compute the flow at a quarter
    (``'ultrafast'``, ``'fast'``) or half (``'medium'``) of the resolution and
    enlarge it.

    Source: Kroeger et al., "Fast Optical Flow using Dense Inverse Search",
    ECCV 2016.

    Args:
        preset: ``'ultrafast'``, ``'fast'`` or ``'medium'``.
        finest_scale: The flow is computed at 1 / 2 ** finest_scale of the
            resolution; that of the preset if None. 0 is more exact at motion
            boundaries and takes about three times as long as 1.

    Raises:
        ValueError: If the preset is unknown or the scale negative.
    """

    name = 'dis'

    def __init__(
        self,
        preset: str = 'medium',
        finest_scale: int | None = None,
    ) -> None:
        if preset not in _PRESETS:
            raise ValueError(
                f'expected preset to be one of {sorted(_PRESETS)}, got '
                f'{preset!r}'
            )
        if finest_scale is not None and finest_scale < 0:
            raise ValueError(
                f'expected finest_scale to be 0 or more, got {finest_scale}'
            )
        self._backend = cv2.DISOpticalFlow.create(_PRESETS[preset])
        if finest_scale is not None:
            self._backend.setFinestScale(finest_scale)

    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Compute where each pixel of the first frame goes.

        Raises:
            TypeError: If a frame is not uint8.
            ValueError: If the frames differ in size, or a side is shorter
                than 12 pixels.
        """
        check_frames(img1, img2)
        if min(img1.shape[:2]) < _MIN_SIDE:
            raise ValueError(
                f'DIS needs frames of at least {_MIN_SIDE} x {_MIN_SIDE} '
                f'pixels, got (H, W) = {img1.shape[:2]}'
            )
        # OpenCV's type stubs lack the None that asks for a new array.
        return self._backend.calc(  # type: ignore[call-overload]
            to_grey(img1), to_grey(img2), None
        )
