"""Masks to better masks."""

from .border_foreground import BorderForeground, border_mean, border_score
from .motion_foreground import MotionForeground
from .motion_fusion import MotionFusion
from .postprocessor import Postprocessor
from .spectral_merge import SpectralMerge, color_features

__all__ = [
    'BorderForeground',
    'MotionForeground',
    'MotionFusion',
    'Postprocessor',
    'SpectralMerge',
    'border_mean',
    'border_score',
    'color_features',
]
