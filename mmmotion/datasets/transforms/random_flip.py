"""Random mirroring."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng
from .geometry import present_masks

_DIRECTIONS = ('horizontal', 'vertical')


@TRANSFORMS.register_module()
class RandomFlip(BaseTransform):
    """Mirror everything, with the given probability.

    Required Keys:
        draw, seed; ``ori_shape`` with ``gt_boxes``

    Added Keys:
        flip: Whether the sample was mirrored, by this flip or an earlier one.

    Changed Keys:
        frames, flows (the components along the direction change their sign),
        gt_masks, gt_amodal_masks, gt_visible, gt_void, gt_boxes, gt_sem_seg,
        pseudo_masks; each if present.

    Args:
        prob: Probability in [0, 1].
        negate_flow: Whether the components along the direction change their
            sign, as a mirrored world requires. RCF's release leaves them.
        direction: ``'horizontal'``, left to right, or ``'vertical'``.

    Raises:
        ValueError: If the probability is outside [0, 1], or the direction is
            another word.
    """

    def __init__(
        self,
        prob: float = 0.5,
        negate_flow: bool = True,
        direction: str = 'horizontal',
    ) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'expected prob in [0, 1], got {prob}')
        if direction not in _DIRECTIONS:
            raise ValueError(
                f'expected direction to be one of {_DIRECTIONS}, got '
                f'{direction!r}'
            )
        self.prob = prob
        self.negate_flow = negate_flow
        self.direction = direction

    def transform(self, results: dict) -> dict:
        """Mirror the arrays or leave them alone."""
        name = type(self).__name__
        if self.direction == 'vertical':
            name += ' vertical'  # decided apart from the other direction
        is_flipped = bool(sample_rng(results, name).random() < self.prob)
        results['flip'] = results.get('flip', False) or is_flipped
        if not is_flipped:
            return results
        from_end = 1 if self.direction == 'horizontal' else 2
        for key in ('frames', 'flows'):
            if key in results:
                axis = results[key].ndim - 1 - from_end
                results[key] = np.flip(results[key], axis).copy()
        for key in present_masks(results):
            results[key] = np.flip(results[key], -from_end).copy()
        if 'flows' in results and self.negate_flow:
            results['flows'][..., from_end - 1] *= -1
        if 'gt_boxes' in results:
            results['gt_boxes'] = self._flip_boxes(results)
        return results

    def _flip_boxes(self, results: dict) -> np.ndarray:
        left, top, right, bottom = results['gt_boxes'].T
        height, width = results['ori_shape']
        if self.direction == 'horizontal':
            left, right = width - right, width - left
        else:
            top, bottom = height - bottom, height - top
        return np.stack((left, top, right, bottom), axis=1)
