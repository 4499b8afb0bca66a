"""What travels between dataset, model, metric and visualizer."""

from .motion_data_sample import MOTIONS, MotionDataSample

__all__ = ['MOTIONS', 'MotionDataSample']
