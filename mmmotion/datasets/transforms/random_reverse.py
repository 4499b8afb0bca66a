"""Random reversal of time."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng


@TRANSFORMS.register_module()
class RandomReverse(BaseTransform):
    """Play a clip backwards, with the given probability.

    The frames come in reversed order, and what was the flow to the frame
    before becomes that to the next one.

    Required Keys:
        draw, seed; flows (T * G, H, W, 2) and flow_gaps of a clip, with -n
        among the gaps of each frame if n is.

    Added Keys:
        reverse: Whether the clip was reversed.

    Changed Keys:
        flows and gt_visible (T * G, ...), gt_masks and gt_amodal_masks
        (T, O, H, W), each if present.

    Args:
        prob: Probability in [0, 1].

    Raises:
        ValueError: If the probability is outside [0, 1].
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'expected prob in [0, 1], got {prob}')
        self.prob = prob

    def transform(self, results: dict) -> dict:
        """Reverse the clip or leave it alone.

        Raises:
            ValueError: If there are frames, which belong to one direction, no
                clip, or a gap without its opposite.
        """
        rng = sample_rng(results, type(self).__name__)
        results['reverse'] = bool(rng.random() < self.prob)
        if not results['reverse']:
            return results
        num_frames = _count_frames(results)
        gaps = results['flow_gaps'][:len(results['flows']) // num_frames]
        missing = [gap for gap in gaps if -gap not in gaps]
        if missing:
            raise ValueError(
                f'RandomReverse needs the gaps {[-gap for gap in missing]} '
                f'beside {gaps}, with missing="opposite" at the ends of videos'
            )
        order = [gaps.index(-gap) for gap in gaps]
        for key in ('flows', 'gt_visible'):
            if key in results:
                array = results[key]
                by_frame = array.reshape(num_frames, -1, *array.shape[1:])
                results[key] = by_frame[::-1, order].reshape(array.shape)
        for key in ('gt_masks', 'gt_amodal_masks'):
            if key in results:
                results[key] = np.ascontiguousarray(results[key][::-1])
        return results


def _count_frames(results: dict) -> int:
    masks = results.get('gt_amodal_masks', results.get('gt_masks'))
    if masks is None or masks.ndim != 4 or 'frames' in results:
        raise ValueError(
            'RandomReverse needs the masks (T, O, H, W) of a clip, and no '
            'frames: it follows TransformClip and RemoveKeys'
        )
    return len(masks)
