"""Limit of the length of flow components."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class ClipFlows(BaseTransform):
    """Clip both components of every flow vector.

    The released code of Guess What Moves clips to 20 pixels at 480x854, the
    paper does not mention it.

    Required Keys:
        flows

    Changed Keys:
        flows

    Args:
        limit: Largest absolute value, in pixels of the array.

    Raises:
        ValueError: If the limit is not positive.
    """

    def __init__(self, limit: float = 20.0) -> None:
        if limit <= 0:
            raise ValueError(f'expected limit to be positive, got {limit}')
        self.limit = limit

    def transform(self, results: dict) -> dict:
        """Clip the flows."""
        results['flows'] = np.clip(results['flows'], -self.limit, self.limit)
        return results
