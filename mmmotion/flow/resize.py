"""Flow fields on another grid."""

from collections.abc import Sequence

import cv2
import numpy as np
from torch import Tensor
from torch.nn.functional import interpolate


def nearest_source(source: int, target: int) -> np.ndarray:
    """Tell which pixel of one row stands for each pixel of a resized one.

    Args:
        source: Length of the row.
        target: New length.

    Returns:
        (target,) positions ``floor(i * source / target)``, in exact integers.
    """
    return np.arange(target) * source // target


def resize_flow(
    flow: np.ndarray,
    size: tuple[int, int],
    interpolation: str = 'bilinear',
    rescale: bool = True,
) -> np.ndarray:
    """Resize a flow field, values included.

    Pixel centres lie at half-integers and nothing is smoothed, as in OpenCV.
    ``'nearest'`` takes the pixel that :func:`nearest_source` names. A NaN
    spreads to its neighbours if the mode is bilinear.

    Args:
        flow: (H, W, 2) flow in pixels.
        size: New (h, w).
        interpolation: ``'bilinear'`` or ``'nearest'``.
        rescale: Multiply u by w / W and v by h / H, so that the result is in
            pixels of the new grid. RCF's release does not.

    Returns:
        (h, w, 2) float32 flow; the input itself if nothing changes.

    Raises:
        ValueError: If the size is not positive or the mode is unknown.
    """
    height, width = flow.shape[:2]
    new_height, new_width = size
    if new_height < 1 or new_width < 1:
        raise ValueError(f'expected a positive size (h, w), got {size}')
    if interpolation not in ('bilinear', 'nearest'):
        raise ValueError(
            "expected interpolation to be 'bilinear' or 'nearest', got "
            f'{interpolation!r}'
        )
    flow = flow.astype(np.float32, copy=False)
    if (height, width) == (new_height, new_width):
        return flow
    if interpolation == 'bilinear':
        resized = cv2.resize(
            flow,
            (new_width, new_height),
            interpolation=cv2.INTER_LINEAR,
        )
    else:
        rows = nearest_source(height, new_height)
        columns = nearest_source(width, new_width)
        resized = flow[rows[:, None], columns]
    if rescale:
        factors = (new_width / width, new_height / height)
        resized = resized * np.array(factors, np.float32)
    return resized


def resize_flow_tensor(flow: Tensor, size: Sequence[int]) -> Tensor:
    """Resize flow fields as networks do, values included.

    Bilinear between the centres of the corner pixels, which stay corners
    (``align_corners``); :func:`resize_flow` keeps the image's border in place
    instead. Differentiable.

    Args:
        flow: (B, 2, h, w) flow in pixels.
        size: New (H, W).

    Returns:
        (B, 2, H, W) flow in pixels of the new grid.
    """
    height, width = flow.shape[-2:]
    if (height, width) == tuple(size):
        return flow
    resized = interpolate(
        flow, size=tuple(size), mode='bilinear', align_corners=True
    )
    factors = flow.new_tensor((size[1] / width, size[0] / height))
    return resized * factors[:, None, None]
