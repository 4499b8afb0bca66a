"""Encoders, heads, motion models, losses and the methods made of them."""

from . import encoders, heads, losses, motion_models, segmentors
from .data_preprocessor import MotionDataPreprocessor

__all__ = [
    'MotionDataPreprocessor',
    'encoders',
    'heads',
    'losses',
    'motion_models',
    'segmentors',
]
