"""Change of the size of flows."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.flow.resize import resize_flow
from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ResizeFlows(BaseTransform):
    """Bring all flows to one size and keep their unit the pixel.

    Required Keys:
        flows

    Changed Keys:
        flows: (N, h, w, 2) float32 in pixels of the new size.

    Args:
        size: (h, w).
        interpolation: ``'bilinear'`` or ``'nearest'`` (Guess What Moves).
        rescale: Whether the values follow the size. RCF does not rescale.

    Raises:
        ValueError: If the size is not positive.
    """

    def __init__(
        self,
        size: tuple[int, int],
        interpolation: str = 'bilinear',
        rescale: bool = True,
    ) -> None:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(
                f'expected size to be (height, width), got {size}'
            )
        if interpolation not in ('bilinear', 'nearest'):
            raise ValueError(
                "expected interpolation to be 'bilinear' or 'nearest', got "
                f'{interpolation!r}'
            )
        self.size = (int(size[0]), int(size[1]))
        self.interpolation = interpolation
        self.rescale = rescale

    def transform(self, results: dict) -> dict:
        """Resize the flows."""
        results['flows'] = np.stack([
            resize_flow(flow, self.size, self.interpolation, self.rescale)
            for flow in results['flows']
        ])
        return results
