"""Random change of the size of a whole sample."""

import math

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.flow.resize import nearest_source, resize_flow
from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng
from .geometry import check_no_boxes, present_masks
from .resize_frames import short_side_size


@TRANSFORMS.register_module()
class RandomResizeShortSide(BaseTransform):
    """Bring frames, flows and masks to one random size, aspect ratio kept.

    The shorter side gets floor(short_side * r) pixels with r uniform in
    ``ratio_range``. Frames are interpolated bilinearly without smoothing,
    masks and labels take the nearest pixel.

    Source: the training pipelines of the released code of Liu et al., "The
    Emergence of Objectness", NeurIPS 2021, and of Lian et al., "Bootstrapping
    Objectness from Videos by Relaxed Common Fate and Visual Grouping", CVPR
    2023 (there with ``flow_interpolation='nearest'``,
    ``rescale_flows=False``).

    Required Keys:
        frames, draw, seed

    Changed Keys:
        frames, flows, gt_masks, gt_amodal_masks, gt_sem_seg, pseudo_masks
        (each if present, all of the new size afterwards), ori_shape.

    Args:
        short_side: Length of the shorter side; that of the frame if None.
        ratio_range: Smallest and largest factor; the second is not drawn
            itself unless both are equal.
        flow_interpolation: ``'bilinear'`` or ``'nearest'``.
        rescale_flows: Whether the values of flows follow their size.

    Raises:
        ValueError: If an argument is outside its range.
    """

    def __init__(
        self,
        short_side: int | None = 400,
        ratio_range: tuple[float, float] = (0.96, 1.0),
        flow_interpolation: str = 'bilinear',
        rescale_flows: bool = True,
    ) -> None:
        low, high = ratio_range
        shortest = 1 if short_side is None else short_side * low
        if not 0 < low <= high or shortest < 1:
            raise ValueError(
                'expected 0 < low <= high in ratio_range and a short_side of '
                f'at least a pixel, got ratio_range={ratio_range} and '
                f'short_side={short_side}'
            )
        if flow_interpolation not in ('bilinear', 'nearest'):
            raise ValueError(
                "expected flow_interpolation to be 'bilinear' or 'nearest', "
                f'got {flow_interpolation!r}'
            )
        self.short_side = short_side
        self.ratio_range = (low, high)
        self.flow_interpolation = flow_interpolation
        self.rescale_flows = rescale_flows

    def transform(self, results: dict) -> dict:
        """Resize the sample.

        Raises:
            ValueError: If the sample has boxes.
        """
        check_no_boxes(results, type(self).__name__)
        rng = sample_rng(results, type(self).__name__)
        ratio = rng.uniform(*self.ratio_range)
        old_size = results['frames'].shape[1:3]
        side = math.floor((self.short_side or min(old_size)) * ratio)
        size = short_side_size(old_size, max(1, side))
        results['frames'] = np.stack([
            cv2.resize(frame, size[::-1], interpolation=cv2.INTER_LINEAR)
            for frame in results['frames']
        ])
        if 'flows' in results:
            results['flows'] = np.stack([
                resize_flow(
                    flow, size, self.flow_interpolation, self.rescale_flows
                ) for flow in results['flows']
            ])
        for key in present_masks(results):
            masks = results[key]
            rows = nearest_source(masks.shape[-2], size[0])
            columns = nearest_source(masks.shape[-1], size[1])
            results[key] = masks[..., rows[:, None], columns]
        results['ori_shape'] = size
        return results
