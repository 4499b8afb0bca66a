"""What travels between dataset, model, metric and visualizer."""

from .clips import split_into_clips
from .motion_data_sample import MOTIONS, MotionDataSample

__all__ = ['MOTIONS', 'MotionDataSample', 'split_into_clips']
