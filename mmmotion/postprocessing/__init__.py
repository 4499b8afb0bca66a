"""Masks to better masks."""

from .border_foreground import BorderForeground, border_mean, border_score
from .border_share_foreground import BorderShareForeground, border_share
from .dense_crf import DenseCRF
from .frame_encoder import FrameEncoder
from .motion_foreground import MotionForeground
from .motion_fusion import MotionFusion
from .postprocessor import Postprocessor
from .spectral_merge import SpectralMerge, color_features

__all__ = [
    'BorderForeground',
    'BorderShareForeground',
    'DenseCRF',
    'FrameEncoder',
    'MotionForeground',
    'MotionFusion',
    'Postprocessor',
    'SpectralMerge',
    'border_mean',
    'border_score',
    'border_share',
    'color_features',
]
