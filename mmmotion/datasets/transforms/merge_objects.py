"""Several objects as one."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

_MASKS = ('gt_masks', 'gt_amodal_masks')


@TRANSFORMS.register_module()
class MergeObjects(BaseTransform):
    """Unite all objects of a sample, for models that tell no more than one.

    Required Keys:
        gt_masks or gt_amodal_masks, (..., O, H, W) bool

    Changed Keys, each if present:
        gt_masks: (..., 1, H, W).
        gt_amodal_masks: (..., 1, H, W).
        gt_layer_order: (1,) zero.
    """

    def transform(self, results: dict) -> dict:
        """Unite the masks.

        Raises:
            KeyError: If there are no masks.
        """
        found = [key for key in _MASKS if key in results]
        if not found:
            raise KeyError(
                f'MergeObjects needs one of {_MASKS}, got {sorted(results)}'
            )
        for key in found:
            results[key] = results[key].any(axis=-3, keepdims=True)
        if 'gt_layer_order' in results:
            results['gt_layer_order'] = np.zeros(1, np.int64)
        return results
