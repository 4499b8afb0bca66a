"""Masks to better masks."""

from .border_foreground import BorderForeground, border_score
from .motion_foreground import MotionForeground
from .postprocessor import Postprocessor

__all__ = [
    'BorderForeground',
    'MotionForeground',
    'Postprocessor',
    'border_score',
]
