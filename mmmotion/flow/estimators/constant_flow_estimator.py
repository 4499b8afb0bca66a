"""The same flow everywhere, for tests and dry runs."""

import numpy as np

from mmmotion.registry import FLOW_ESTIMATORS

from .flow_estimator import FlowEstimator, check_frames


@FLOW_ESTIMATORS.register_module()
class ConstantFlowEstimator(FlowEstimator):
    """Says that every pixel moves alike, whatever the frames show.

    Args:
        u: Motion to the right in pixels.
        v: Motion downwards in pixels.
    """

    name = 'constant'

    def __init__(self, u: float = 0.0, v: float = 0.0) -> None:
        self.u = u
        self.v = v

    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Return (H, W, 2) copies of (u, v)."""
        check_frames(img1, img2)
        flow = np.empty((*img1.shape[:2], 2), np.float32)
        flow[:] = self.u, self.v
        return flow
