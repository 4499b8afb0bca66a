"""The centre of an image."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import SampleError


@TRANSFORMS.register_module()
class CropToSquare(BaseTransform):
    """Cut the largest central square out of frames and masks.

    This is how results on CUB-200-2011 are made. Where the margin is odd the
    square begins at half of it, rounded to even as torchvision does.

    Required Keys:
        frames

    Removed Keys:
        img_path, whose file shows more than is left.

    Changed Keys:
        frames: (T, S, S, 3) with the smaller side S.
        gt_masks: (O, S, S), if there are any.
        ori_shape: (S, S).
    """

    def transform(self, results: dict) -> dict:
        """Crop.

        Raises:
            SampleError: If the masks have another size than the frames.
            ValueError: If there are flows, whose size may be another one.
        """
        if 'flows' in results:
            raise ValueError(
                'CropToSquare cuts frames and masks only, but flows are '
                'loaded'
            )
        height, width = results['frames'].shape[1:3]
        side = min(height, width)
        top, left = (round((old - side) / 2) for old in (height, width))
        rows, columns = slice(top, top + side), slice(left, left + side)
        if 'gt_masks' in results:
            masks: np.ndarray = results['gt_masks']
            if masks.shape[1:] != (height, width):
                path = results.get('mask_path') or ''
                raise SampleError(
                    f'expected a mask of {height}x{width} pixels as the '
                    f'image has, got {masks.shape[1]}x{masks.shape[2]}: '
                    f'{path}',
                    path,
                )
            results['gt_masks'] = masks[:, rows, columns]
        results['frames'] = results['frames'][:, rows, columns]
        results['ori_shape'] = (side, side)
        results.pop('img_path', None)
        return results
