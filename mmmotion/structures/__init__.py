"""What travels between dataset, model, metric and visualizer."""

from .motion_data_sample import MotionDataSample

__all__ = ['MotionDataSample']
