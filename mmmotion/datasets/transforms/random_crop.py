"""A random window of a sample."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng
from ..errors import SampleError
from .geometry import check_no_boxes, check_one_size, present_masks


@TRANSFORMS.register_module()
class RandomCrop(BaseTransform):
    """Cut the same window out of all frames, flows and masks.

    All positions inside the frame are equally likely.

    Required Keys:
        frames, draw, seed

    Changed Keys:
        frames, flows, gt_masks, gt_amodal_masks (each if present),
        ori_shape.

    Args:
        size: (h, w) of the window.

    Raises:
        ValueError: If the size is not positive.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(
                f'expected size to be (height, width), got {size}'
            )
        self.size = (int(size[0]), int(size[1]))

    def transform(self, results: dict) -> dict:
        """Crop.

        Raises:
            SampleError: If the frames are smaller than the window, or flows
                or masks have another size than the frames.
            ValueError: If the sample has boxes.
        """
        check_no_boxes(results, type(self).__name__)
        height, width = check_one_size(results, type(self).__name__)
        if height < self.size[0] or width < self.size[1]:
            path = str(results.get('img_path') or '')
            raise SampleError(
                f'expected frames of at least {self.size} pixels for '
                f'RandomCrop, got {(height, width)}: {path}',
                path,
            )
        rng = sample_rng(results, type(self).__name__)
        top = int(rng.integers(height - self.size[0] + 1))
        left = int(rng.integers(width - self.size[1] + 1))
        for key in ('frames', 'flows', *present_masks(results)):
            if key in results:
                window = results[key][:, top:top + self.size[0],
                                      left:left + self.size[1]]
                results[key] = np.ascontiguousarray(window)
        results['ori_shape'] = self.size
        return results
