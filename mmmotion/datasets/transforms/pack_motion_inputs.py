"""The last step of every pipeline."""

from collections.abc import Sequence

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS
from mmmotion.structures import MotionDataSample

_TRUTH = (
    'gt_masks',
    'gt_void',
    'gt_amodal_masks',
    'gt_layer_order',
    'gt_visible',
    'gt_boxes',
    'gt_sem_seg',
)


@TRANSFORMS.register_module()
class PackMotionInputs(BaseTransform):
    """Turn arrays into what models and metrics read.

    The result has ``inputs`` with ``frames`` (T, 3, H, W), in the type they
    have, and ``flows`` (N, 2, h, w) float32, either only if present,
    ``pseudo_masks`` (T, 1, H, W) float32 in [0, 1] if there are any, and
    ``data_samples``, a ``MotionDataSample`` with the ground truth that there
    is and the metainfo ``gaps`` (those of the flows) and ``meta_keys``.

    Required Keys:
        frames and frame_gaps, or flows and flow_gaps, or both

    Args:
        meta_keys: Keys to keep as metainfo, each if present.
    """

    def __init__(
        self,
        meta_keys: Sequence[str] = (
            'dataset',
            'video_id',
            'frame_id',
            'frame_index',
            'num_frames',
            'img_path',
            'mask_path',
            'sample_idx',
            'frame_gaps',
            'ori_shape',
            'flip',
            'motion_label',
        ),
    ) -> None:
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack one sample.

        Raises:
            KeyError: If there are neither frames nor flows.
        """
        inputs = {
            key: _to_tensor(results[key].transpose(0, 3, 1, 2))
            for key in ('frames', 'flows') if key in results
        }
        if not inputs:
            raise KeyError(
                "expected 'frames' or 'flows' in the results, got "
                f'{sorted(results)}'
            )
        if 'pseudo_masks' in results:
            masks = _to_tensor(results['pseudo_masks'])
            inputs['pseudo_masks'] = masks[:, None].float() / 255
        sample = MotionDataSample()
        for key in _TRUTH:
            if key in results:
                setattr(sample, key, _to_tensor(results[key]))
        meta = {key: results[key] for key in self.meta_keys if key in results}
        meta['gaps'] = tuple(results.get('flow_gaps', ()))
        sample.set_metainfo(meta)
        return dict(inputs=inputs, data_samples=sample)


def _to_tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))
