"""Optical flow as data: files, colours, sizes, polynomial fits, estimators."""

from .background import (
    BackgroundFit,
    fit_background,
    motion_saliency,
    otsu_threshold,
    residual_threshold,
)
from .color import flow_to_image, flow_to_rgb, flow_to_rgb_uint8
from .io import (
    FLOW_SUFFIXES,
    check_flow,
    decode_flow,
    known_pixels,
    read_flow,
    write_flow,
)
from .polynomial import evaluate_polynomial, fit_polynomial, unit_coordinates
from .resize import resize_flow

__all__ = [
    'FLOW_SUFFIXES',
    'BackgroundFit',
    'check_flow',
    'decode_flow',
    'evaluate_polynomial',
    'fit_background',
    'fit_polynomial',
    'flow_to_image',
    'flow_to_rgb',
    'flow_to_rgb_uint8',
    'known_pixels',
    'motion_saliency',
    'otsu_threshold',
    'read_flow',
    'residual_threshold',
    'resize_flow',
    'unit_coordinates',
    'write_flow',
]
