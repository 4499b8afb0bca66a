"""Reading of maps of classes."""

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import SampleError
from .load_masks import read_annotation

IGNORED_LABEL = 255
"""Label of the pixels that have no class."""


@TRANSFORMS.register_module()
class LoadLabelMap(BaseTransform):
    """Read the annotation of the frame as a map of classes, if there is one.

    Of a file with a palette the indices are the labels. Label 255 marks
    pixels without a class.

    Required Keys:
        mask_path: A file, or None for a frame without annotation.

    Added Keys:
        gt_sem_seg: (H, W) uint8; absent without annotation.

    Changed Keys:
        ori_shape: (H, W) of the annotation; unchanged without.

    Args:
        num_classes: Number of classes; their labels begin at 0.

    Raises:
        ValueError: If the number of classes is not in [1, 255].
    """

    def __init__(self, num_classes: int) -> None:
        if not 1 <= num_classes <= IGNORED_LABEL:
            raise ValueError(
                f'expected num_classes in [1, {IGNORED_LABEL}], got '
                f'{num_classes}'
            )
        self.num_classes = num_classes

    def transform(self, results: dict) -> dict:
        """Read the file.

        Raises:
            SampleError: If the file is missing or broken, has labels of no
                class, or has another size than a frame that was loaded.
        """
        path = results.get('mask_path')
        if path is None:
            return results
        labels = read_annotation(path, with_palette=False)
        unknown = np.unique(
            labels[(labels >= self.num_classes) & (labels != IGNORED_LABEL)]
        )
        if unknown.size:
            raise SampleError(
                f'expected labels below {self.num_classes}, or '
                f'{IGNORED_LABEL}, got {int(unknown[0])} (labels drawn in '
                'colours, without a palette, have to be converted to their '
                f'numbers): {path}',
                path,
            )
        frames = results.get('frames')
        if frames is not None and frames.shape[1:3] != labels.shape:
            raise SampleError(
                f'expected an annotation of {frames.shape[1:3]} pixels as the '
                f'image has, got {labels.shape}: {path}',
                path,
            )
        results['gt_sem_seg'] = labels
        results['ori_shape'] = labels.shape
        return results
