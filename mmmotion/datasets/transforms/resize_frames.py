"""Change of the size of frames."""

import math

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

_CV2_MODES = dict(bilinear=cv2.INTER_LINEAR, area=cv2.INTER_AREA)


def resize_bicubic(frames: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize as the released code of Guess What Moves does.

    Conversion to float first, then PyTorch's bicubic interpolation with
    half-pixel centres and without antialiasing, clipped but not rounded.

    Args:
        frames: (T, H, W, 3) with values in [0, 255].
        size: (h, w) of the result.

    Returns:
        (T, h, w, 3) float32 in [0, 255].
    """
    tensor = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    resized = F.interpolate(
        tensor, size=size, mode='bicubic', align_corners=False
    )
    resized = resized.clamp_(0, 255).permute(0, 2, 3, 1)
    return resized.contiguous().numpy()


def short_side_size(size: tuple[int, int], short_side: int) -> tuple[int, int]:
    """Scale a size so that its shorter side gets a given length.

    Args:
        size: (H, W).
        short_side: New length of the shorter side.

    Returns:
        (h, w) of the same aspect ratio, rounded to the nearest pixel and a
        half upwards: 392 x 697 for 480 x 854 and 392.
    """
    scale = short_side / min(size)
    height, width = (math.floor(side * scale + 0.5) for side in size)
    return height, width


@TRANSFORMS.register_module()
class ResizeFrames(BaseTransform):
    """Bring all frames to one size; masks and flows stay as they are.

    Required Keys:
        frames

    Changed Keys:
        frames: (T, h, w, 3), float32 with ``'bicubic'``, otherwise of the
            type it had.

    Args:
        size: (h, w), or the length of the shorter side, which keeps the
            aspect ratio (see :func:`short_side_size`).
        interpolation: ``'bicubic'`` (see :func:`resize_bicubic`),
            ``'bilinear'`` or ``'area'``. The last is the one without
            aliasing when frames shrink.

    Raises:
        ValueError: If the size is not positive or the interpolation unknown.
    """

    def __init__(
        self,
        size: tuple[int, int] | int,
        interpolation: str = 'bicubic'
    ) -> None:
        sides = (size, size) if isinstance(size, int) else tuple(size)
        if len(sides) != 2 or min(sides) < 1:
            raise ValueError(
                'expected size to be (height, width) or the shorter side, '
                f'got {size}'
            )
        if interpolation != 'bicubic' and interpolation not in _CV2_MODES:
            raise ValueError(
                "expected interpolation to be 'bicubic', 'bilinear' or "
                f"'area', got {interpolation!r}"
            )
        self.size = size
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        """Resize the frames."""
        frames = results['frames']
        if isinstance(self.size, int):
            size = short_side_size(frames.shape[1:3], self.size)
        else:
            size = self.size[0], self.size[1]
        if self.interpolation == 'bicubic':
            results['frames'] = resize_bicubic(frames, size)
        else:
            mode = _CV2_MODES[self.interpolation]
            results['frames'] = np.stack([
                cv2.resize(frame, size[::-1], interpolation=mode)
                for frame in frames
            ])
        return results
