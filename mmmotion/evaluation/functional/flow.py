"""Errors of optical flow."""

from typing import NamedTuple

import cv2
import numpy as np


class FlowErrors(NamedTuple):
    """Errors of one flow field over the pixels whose true flow is known.

    Attributes:
        epe: Mean end-point error in pixels.
        above_1px: Share of pixels with an error above one pixel.
        above_3px: Share of pixels with an error above three pixels.
        above_5px: Share of pixels with an error above five pixels.
        fl_all: Share of pixels with an error above three pixels and above
            five per cent of the true length (KITTI's outliers).
    """

    epe: float
    above_1px: float
    above_3px: float
    above_5px: float
    fl_all: float


def end_point_error(flow: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Measure the distance between two flows in each pixel.

    Args:
        flow: (H, W, 2) estimated flow in pixels.
        target: (H, W, 2) true flow in pixels of the same image.

    Returns:
        (H, W) float64 distance in pixels.

    Raises:
        ValueError: If the shapes differ.
    """
    if flow.shape != target.shape or flow.ndim != 3 or flow.shape[-1] != 2:
        raise ValueError(
            'expected two flows of one shape (H, W, 2), got '
            f'{flow.shape} and {target.shape}; a resized flow has to be '
            'rescaled too'
        )
    difference = flow.astype(np.float64) - target.astype(np.float64)
    return np.hypot(difference[..., 0], difference[..., 1])


def flow_errors(
    flow: np.ndarray,
    target: np.ndarray,
    valid: np.ndarray | None = None
) -> FlowErrors:
    """Summarise the errors of a flow field.

    Args:
        flow: (H, W, 2) estimated flow in pixels.
        target: (H, W, 2) true flow in pixels of the same image.
        valid: (H, W) bool pixels whose true flow is known; all by default.

    Returns:
        Mean error and shares of outliers, NaN if no pixel is valid.

    Raises:
        TypeError: If ``valid`` is not boolean.
        ValueError: If the shapes do not agree.
    """
    error = end_point_error(flow, target)
    if valid is None:
        valid = np.ones(error.shape, dtype=bool)
    if valid.dtype != np.bool_:
        raise TypeError(f'expected boolean valid pixels, got {valid.dtype}')
    if valid.shape != error.shape:
        raise ValueError(
            f'valid pixels of shape {valid.shape} do not fit a flow of shape '
            f'{flow.shape}'
        )
    if not valid.any():
        return FlowErrors(*[float('nan')] * 5)
    error = error[valid]
    length = np.linalg.norm(target[valid].astype(np.float64), axis=-1)
    outlier = (error > 3) & (error > 0.05 * length)
    return FlowErrors(
        epe=float(error.mean()),
        above_1px=float((error > 1).mean()),
        above_3px=float((error > 3).mean()),
        above_5px=float((error > 5).mean()),
        fl_all=float(outlier.mean()),
    )


def photometric_error(
    first: np.ndarray, second: np.ndarray, flow: np.ndarray
) -> float:
    """Measure how much the second frame, moved back, differs from the first.

    The only measure where the true flow is not known. It favours flow that
    finds similar colours anywhere, so it says less than an end-point error.

    Args:
        first: (H, W, 3) uint8 RGB.
        second: (H, W, 3) uint8 RGB.
        flow: (H, W, 2) flow in pixels from the first to the second frame.

    Returns:
        Mean absolute difference in 0..255 over the pixels whose flow stays
        inside the image, NaN if there is none.

    Raises:
        ValueError: If the shapes do not agree.
    """
    if first.shape != second.shape or first.shape[:2] != flow.shape[:2]:
        raise ValueError(
            'expected two frames and a flow of one size, got '
            f'{first.shape[:2]}, {second.shape[:2]} and {flow.shape[:2]}'
        )
    height, width = flow.shape[:2]
    columns = np.arange(width, dtype=np.float32) + flow[..., 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    inside = (columns >= 0) & (columns <= width - 1)
    inside &= (rows >= 0) & (rows <= height - 1)
    if not inside.any():
        return float('nan')
    moved = cv2.remap(
        second.astype(np.float32),
        columns.astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return float(np.abs(moved - first)[inside].mean())
