"""The panel of one frame: what went in, what came out, what is true."""

import cv2
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

_WITHOUT_CLASS = 255


def draw_motion_panel(
    frame: np.ndarray,
    data_sample: MotionDataSample,
    flow: Tensor | None = None,
    tile_height: int = 240,
) -> np.ndarray:
    """Draw frame, flows, soft masks, result and ground truth in one row.

    A picture is left out where its data is missing. Flow and soft masks, which
    have the size that the network sees, are brought to the shape of the frame.

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
        tiles['flow'] = _fit(_color(_array(flow), frame.shape), frame.shape)
    if 'pred_flow' in data_sample:
        predicted = _color(_array(data_sample.pred_flow), frame.shape)
        tiles['predicted flow'] = _fit(predicted, frame.shape)
    soft = data_sample.get('pred_regions', data_sample.get('pred_masks'))
    if soft is not None:
        mixed = soft_masks_to_image(_array(soft))
        tiles['soft masks'] = _fit(mixed, frame.shape)
    if 'pred_seg' in data_sample:
        labels = _array(data_sample.pred_seg)
        tiles['result'] = overlay_segmentation(frame, labels)
    if 'gt_masks' in data_sample:
        labels = masks_to_segmentation(_array(data_sample.gt_masks) > 0)
        tiles['ground truth'] = overlay_segmentation(frame, labels)
    elif 'gt_sem_seg' in data_sample:
        labels = _array(data_sample.gt_sem_seg)
        labels = np.where(labels == _WITHOUT_CLASS, 0, labels)
        tiles['ground truth'] = overlay_segmentation(frame, labels)
    return compose_panel(tiles, tile_height)


def _color(flow: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(h, w, 3) picture of flow in pixels of an image of another shape."""
    height, width = flow.shape[1:]
    scale = np.array([shape[1] / width, shape[0] / height], np.float32)
    return np.rint(255 * flow_to_rgb(flow.transpose(1, 2, 0) * scale)
                   ).astype(np.uint8)


def _fit(picture: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    shrinks = shape[0] < picture.shape[0]
    return cv2.resize(
        picture, (shape[1], shape[0]),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )


def _array(value: Tensor | np.ndarray) -> np.ndarray:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return value
