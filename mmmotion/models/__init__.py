"""The parts of the methods, and the methods made of them."""

from . import (
    binding,
    encoders,
    flow_learners,
    heads,
    layers,
    losses,
    motion_models,
    segmentors,
)
from .data_preprocessor import MotionDataPreprocessor

__all__ = [
    'MotionDataPreprocessor',
    'binding',
    'encoders',
    'flow_learners',
    'heads',
    'layers',
    'losses',
    'motion_models',
    'segmentors',
]
