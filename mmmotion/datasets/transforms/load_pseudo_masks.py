"""Reading of masks that a model has made of the training frames."""

from pathlib import Path

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import MissingFileError
from ..pseudo_mask_files import pseudo_mask_path
from .load_masks import read_annotation


@TRANSFORMS.register_module()
class LoadPseudoMasks(BaseTransform):
    """Read the pseudo masks of all frames of the sample.

    They are brought to the size of the frames. The transforms after this one
    treat them as they treat masks, and ``PackMotionInputs`` hands them to the
    model.

    Required Keys:
        frames, frame_gaps, video_id, frame_id; ``neighbours`` unless frames
        are named by their number.

    Added Keys:
        pseudo_masks: (T, H, W) uint8, 255 for what is certainly object;
            absent without a folder.

    Args:
        folder: Folder of the masks, ``<folder>/<video>/<frame>.png``. None
            reads none until ``PseudoLabelHook``, which makes them, sets it.
    """

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder

    def transform(self, results: dict) -> dict:
        """Read the files.

        Raises:
            KeyError: If no frames were loaded.
            SampleError: If a file is missing or broken.
        """
        if self.folder is None:
            return results
        if 'frames' not in results:
            raise KeyError(
                'LoadPseudoMasks needs frames: put LoadFrames (or '
                'RenderScene) before it'
            )
        size = results['frames'].shape[1:3]
        results['pseudo_masks'] = np.stack([
            self._read(results['video_id'], _name(results, gap), size)
            for gap in results['frame_gaps']
        ])
        return results

    def _read(
        self, video_id: str, frame_id: str, size: tuple[int, int]
    ) -> np.ndarray:
        assert self.folder is not None
        path = str(pseudo_mask_path(self.folder, video_id, frame_id))
        if not Path(path).is_file():
            raise MissingFileError(
                f'no pseudo mask of frame {frame_id} of video {video_id!r}; '
                'the data set that PseudoLabelHook labels (its argument '
                f'dataset) has to list all frames that are trained on: {path}',
                path,
            )
        mask = read_annotation(path)
        if mask.shape != size:
            mask = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_LINEAR)
        return mask


def _name(results: dict, gap: int) -> str:
    """Name of the frame that many frames later."""
    name: str = results['frame_id']
    if gap == 0:
        return name
    if 'neighbours' in results:
        return Path(results['neighbours'][gap]).stem
    return str(int(name) + gap).zfill(len(name))
