"""Common scale for slow and fast videos."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class NormalizeFlows(BaseTransform):
    """Divide every flow by a percentile of the lengths of its vectors.

    The unit is no longer the pixel: an error then counts relative to the
    motion in the frame, so that slow videos teach as much as fast ones.
    After ``SubtractBackgroundMotion`` it is the motion of the objects that
    sets the scale.

    Required Keys:
        flows

    Changed Keys:
        flows

    Args:
        percentile: In (0, 100].
        eps: Smallest divisor, in pixels; keeps the noise of a still scene
            from being blown up.

    Raises:
        ValueError: If an argument is outside its range.
    """

    def __init__(self, percentile: float = 95.0, eps: float = 0.1) -> None:
        if not 0 < percentile <= 100:
            raise ValueError(
                f'expected percentile in (0, 100], got {percentile}'
            )
        if eps <= 0:
            raise ValueError(f'expected eps to be positive, got {eps}')
        self.percentile = percentile
        self.eps = eps

    def transform(self, results: dict) -> dict:
        """Divide the flows."""
        flows = results['flows']
        lengths = np.hypot(flows[..., 0], flows[..., 1])
        scale = np.percentile(lengths, self.percentile, axis=(1, 2))
        divisor = np.maximum(scale, self.eps).astype(np.float32)
        results['flows'] = flows / divisor[:, None, None, None]
        return results
