"""Random mirroring."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng
from .geometry import present_masks


@TRANSFORMS.register_module()
class RandomFlip(BaseTransform):
    """Mirror everything left to right, with the given probability.

    Required Keys:
        draw, seed; ``ori_shape`` with ``gt_boxes``

    Added Keys:
        flip: Whether the sample was mirrored.

    Changed Keys:
        frames, flows (horizontal components change their sign), gt_masks,
        gt_amodal_masks, gt_boxes, gt_sem_seg, pseudo_masks; each if present.

    Args:
        prob: Probability in [0, 1].
        negate_flow: Whether the horizontal components change their sign, as
            a mirrored world requires. RCF's release leaves them.

    Raises:
        ValueError: If the probability is outside [0, 1].
    """

    def __init__(self, prob: float = 0.5, negate_flow: bool = True) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'expected prob in [0, 1], got {prob}')
        self.prob = prob
        self.negate_flow = negate_flow

    def transform(self, results: dict) -> dict:
        """Mirror the arrays or leave them alone."""
        rng = sample_rng(results, type(self).__name__)
        results['flip'] = bool(rng.random() < self.prob)
        if not results['flip']:
            return results
        for key in ('frames', 'flows'):
            if key in results:
                results[key] = results[key][:, :, ::-1].copy()
        for key in present_masks(results):
            results[key] = results[key][..., ::-1].copy()
        if 'flows' in results and self.negate_flow:
            results['flows'] *= np.array([-1, 1], np.float32)
        if 'gt_boxes' in results:
            left, top, right, bottom = results['gt_boxes'].T
            width = results['ori_shape'][1]
            results['gt_boxes'] = np.stack(
                (width - right, top, width - left, bottom), axis=1
            )
        return results
