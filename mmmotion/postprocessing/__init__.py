"""Masks to better masks."""

from .border_foreground import BorderForeground, border_mean, border_score
from .motion_foreground import MotionForeground
from .postprocessor import Postprocessor
from .spectral_merge import SpectralMerge, color_features

__all__ = [
    'BorderForeground',
    'MotionForeground',
    'Postprocessor',
    'SpectralMerge',
    'border_mean',
    'border_score',
    'color_features',
]
