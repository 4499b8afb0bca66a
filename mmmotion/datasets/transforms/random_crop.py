"""A random window of a sample."""

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng
from ..errors import SampleError
from .geometry import check_no_boxes, check_one_size, present_masks
from .load_label_map import IGNORED_LABEL


@TRANSFORMS.register_module()
class RandomCrop(BaseTransform):
    """Cut the same window out of all frames, flows and masks.

    All positions inside the frame are equally likely.

    Required Keys:
        frames, draw, seed

    Changed Keys:
        frames, flows, gt_masks, gt_amodal_masks, gt_sem_seg, pseudo_masks
        (each if present), ori_shape.

    Args:
        size: (h, w) of the window.
        fill: (R, G, B) in 0..255 of what smaller frames get on the right and
            at the bottom, where there is no object and labels do not count.
            None refuses smaller frames.

    Raises:
        ValueError: If the size is not positive or the colour none.
    """

    def __init__(
        self,
        size: tuple[int, int],
        fill: Sequence[float] | None = None
    ) -> None:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(
                f'expected size to be (height, width), got {size}'
            )
        if fill is not None and (len(fill) != 3
                                 or not 0 <= min(fill) <= max(fill) <= 255):
            raise ValueError(
                f'expected fill to be three values in [0, 255], got {fill}'
            )
        self.size = (int(size[0]), int(size[1]))
        self.fill = fill

    def transform(self, results: dict) -> dict:
        """Crop.

        Raises:
            SampleError: If the frames are smaller than the window, or flows
                or masks have another size than the frames.
            ValueError: If the sample has boxes, or flows that would have to
                be filled up.
        """
        check_no_boxes(results, type(self).__name__)
        height, width = check_one_size(results, type(self).__name__)
        missing = self.size[0] - height, self.size[1] - width
        if max(missing) > 0 and self.fill is not None:
            _append(results, missing, self.fill)
            height, width = results['frames'].shape[1:3]
        elif max(missing) > 0:
            path = str(results.get('img_path') or '')
            raise SampleError(
                f'expected frames of at least {self.size} pixels for '
                f'RandomCrop, got {(height, width)}: {path}',
                path,
            )
        rng = sample_rng(results, type(self).__name__)
        top = int(rng.integers(height - self.size[0] + 1))
        left = int(rng.integers(width - self.size[1] + 1))
        rows = slice(top, top + self.size[0])
        columns = slice(left, left + self.size[1])
        for key in ('frames', 'flows'):
            if key in results:
                window = results[key][:, rows, columns]
                results[key] = np.ascontiguousarray(window)
        for key in present_masks(results):
            window = results[key][..., rows, columns]
            results[key] = np.ascontiguousarray(window)
        results['ori_shape'] = self.size
        return results


def _append(
    results: dict, missing: tuple[int, int], fill: Sequence[float]
) -> None:
    """Append rows and columns to everything but flows, in place."""
    if 'flows' in results:
        raise ValueError(
            'RandomCrop cannot fill up flows: resize the sample to at least '
            'the size of the window, or give no fill'
        )
    margins = [(0, max(0, side)) for side in missing]
    frames = results['frames']
    count, height, width, channels = frames.shape
    size = height + margins[0][1], width + margins[1][1]
    results['frames'] = np.empty((count, *size, channels), frames.dtype)
    results['frames'][:] = fill
    results['frames'][:, :height, :width] = frames
    for key in present_masks(results):
        value = IGNORED_LABEL if key == 'gt_sem_seg' else False
        others = [(0, 0)] * (results[key].ndim - 2)
        results[key] = np.pad(
            results[key], [*others, *margins], constant_values=value
        )
