"""The panel of one frame: what went in, what came out, what is true."""

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow.color import flow_to_rgb
from mmmotion.structures import MotionDataSample

from .overlay import (
    masks_to_segmentation,
    overlay_segmentation,
    soft_masks_to_image,
)
from .panel import compose_panel


def draw_motion_panel(
    frame: np.ndarray,
    data_sample: MotionDataSample,
    flow: Tensor | None = None,
    tile_height: int = 240,
) -> np.ndarray:
    """Draw frame, flow, soft masks, result and ground truth in one row.

    A picture is left out where its data is missing.

    Args:
        frame: (H, W, 3) uint8 RGB.
        data_sample: Prediction and ground truth of the frame; soft masks
            are its ``pred_regions``, or ``pred_masks`` without them.
        flow: (2, h, w) flow of the frame in pixels; unknown pixels (NaN)
            are black.
        tile_height: Height of each picture in pixels.

    Returns:
        (H', W', 3) uint8 RGB.
    """
    tiles = {'frame': frame}
    if flow is not None:
        color = flow_to_rgb(_array(flow).transpose(1, 2, 0))
        tiles['flow'] = np.rint(255 * color).astype(np.uint8)
    soft = data_sample.get('pred_regions', data_sample.get('pred_masks'))
    if soft is not None:
        tiles['soft masks'] = soft_masks_to_image(_array(soft))
    if 'pred_seg' in data_sample:
        labels = _array(data_sample.pred_seg)
        tiles['result'] = overlay_segmentation(frame, labels)
    if 'gt_masks' in data_sample:
        labels = masks_to_segmentation(_array(data_sample.gt_masks) > 0)
        tiles['ground truth'] = overlay_segmentation(frame, labels)
    return compose_panel(tiles, tile_height)


def _array(value: Tensor | np.ndarray) -> np.ndarray:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return value
