"""Reading of whole objects in order of depth."""

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import SampleError
from .load_masks import check_labels, read_annotation

_LEVEL = 127.5


@TRANSFORMS.register_module()
class LoadLayers(BaseTransform):
    """Read the whole shapes of the objects, and what is visible of them.

    Yields what ``RenderScene`` yields, so that clips on disk and rendered
    ones may be mixed.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022, which resizes
    the picture before it asks whether a pixel is above 127.5.

    Required Keys:
        amodal_paths; mask_path, a picture of labels that number the objects
        from the back, or None if the nearest objects hide the others and
        nothing else does; with ``with_visibility`` also visible_paths and,
        of ``LoadFlows``, flow_gaps; return_visible_paths and flow_is_return
        if flows lead back.

    Added Keys:
        gt_masks: (O, H, W) bool modal masks, objects from back to front.
        gt_amodal_masks: (O, H, W) bool whole shapes inside the frame.
        gt_layer_order: (O,) int64, 0 for the nearest object.
        gt_visible: (N, H, W) bool pixels that are also seen where each of
            the flows leads; only if asked for.
        ori_shape: (H, W).

    Args:
        size: (h, w) to which the pictures are resized; None keeps theirs.
        with_visibility: Whether ``gt_visible`` is read.
    """

    def __init__(
        self,
        size: Sequence[int] | None = None,
        with_visibility: bool = False,
    ) -> None:
        self.size = None if size is None else (int(size[0]), int(size[1]))
        self.with_visibility = with_visibility

    def transform(self, results: dict) -> dict:
        """Read the files.

        Raises:
            KeyError: If the sample is not one of ``SyntheticClips``.
            SampleError: If a file is missing or broken, the pictures of a
                frame differ in size, or a label is of no object.
        """
        if 'amodal_paths' not in results:
            raise KeyError(
                "LoadLayers needs the key 'amodal_paths', which "
                f'SyntheticClips sets; got {sorted(results)}'
            )
        paths = results['amodal_paths']
        shape = read_annotation(paths[0]).shape
        amodal = np.stack([self._read(path, shape) > _LEVEL for path in paths])
        if results.get('mask_path') is None:
            modal = _compose(amodal)
        else:
            path = results['mask_path']
            labels = self._read(path, shape, with_labels=True)
            check_labels(int(labels.max()), len(paths), path)
            numbers = np.arange(1, len(paths) + 1)
            modal = labels == numbers[:, None, None]
        results.update(
            gt_masks=modal,
            gt_amodal_masks=amodal,
            gt_layer_order=np.arange(len(paths), dtype=np.int64)[::-1].copy(),
            ori_shape=amodal.shape[1:],
        )
        if self.with_visibility and 'flow_gaps' in results:
            results['gt_visible'] = np.stack([
                self._read(path, shape) > _LEVEL
                for path in self._list_visible(results)
            ])
        return results

    def _read(
        self,
        path: str,
        shape: tuple[int, ...],
        with_labels: bool = False
    ) -> np.ndarray:
        values = read_annotation(path, with_palette=not with_labels)
        if values.shape != shape:
            raise SampleError(
                f'expected a picture of (H, W) = {shape} as the first object '
                f'has, got {values.shape}: {path}',
                path,
            )
        if self.size is None or self.size == shape:
            return values
        mode = cv2.INTER_NEAREST_EXACT if with_labels else cv2.INTER_LINEAR
        return cv2.resize(
            values if with_labels else values.astype(np.float32),
            self.size[::-1],
            interpolation=mode,
        )

    def _list_visible(self, results: dict) -> list[str]:
        """Picture of the visible pixels of each of the flows."""
        gaps = results['flow_gaps']
        is_return = results.get('flow_is_return', (False, ) * len(gaps))
        return [
            results['return_visible_paths'][-gap]
            if is_back else self._find_visible(results, gap)
            for gap, is_back in zip(gaps, is_return)
        ]

    def _find_visible(self, results: dict, gap: int) -> str:
        paths: dict[int, str] = results['visible_paths']
        found = gap if gap in paths else -gap  # as LoadFlows does
        if found not in paths:
            name = f'{results["video_id"]}/{results["frame_id"]}'
            raise SampleError(
                f'no picture of visible pixels of gap {gap:+d} for frame '
                f'{name}, which has {sorted(paths)}',
                name,
            )
        return paths[found]


def _compose(amodal: np.ndarray) -> np.ndarray:
    """Let nearer objects hide others.

    Args:
        amodal: (O, H, W) bool whole shapes, from back to front.

    Returns:
        (O, H, W) bool visible parts.
    """
    nearer = np.zeros(amodal.shape[1:], bool)
    modal = amodal.copy()
    for i in reversed(range(len(amodal))):
        modal[i] &= ~nearer
        nearer |= amodal[i]
    return modal
