"""Portrait videos laid on their side."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from .geometry import check_no_boxes, present_masks


@TRANSFORMS.register_module()
class TransposePortrait(BaseTransform):
    """Exchange rows and columns of samples that are higher than wide.

    So that all samples are landscape and keep most of their content in a
    wide crop.

    Required Keys:
        frames

    Changed Keys:
        frames, flows (the components change places), gt_masks,
        gt_amodal_masks, gt_sem_seg, pseudo_masks, ori_shape; each if present
        and the frames are higher than wide.

    Removed Keys:
        img_path, whose file shows the scene upright.
    """

    def transform(self, results: dict) -> dict:
        """Transpose a portrait sample; leave others alone.

        Raises:
            ValueError: If a portrait sample has boxes.
        """
        height, width = results['frames'].shape[1:3]
        if height <= width:
            return results
        check_no_boxes(results, type(self).__name__)
        if 'flows' in results:
            results['flows'] = results['flows'][..., ::-1]
        axes = dict.fromkeys(present_masks(results), (-2, -1))
        axes |= {k: (1, 2) for k in ('frames', 'flows') if k in results}
        for key, (rows, columns) in axes.items():
            turned = results[key].swapaxes(rows, columns)
            results[key] = np.ascontiguousarray(turned)
        results.pop('img_path', None)
        if 'ori_shape' in results:
            results['ori_shape'] = tuple(results['ori_shape'][::-1])
        return results
