"""What travels between dataset, model, metric and visualizer."""

from .clips import split_into_clips
from .label_colors import label_colors
from .motion_data_sample import MOTIONS, MotionDataSample
from .object_track import ObjectTrack
from .video_result import VERDICTS, VideoResult

__all__ = [
    'MOTIONS',
    'VERDICTS',
    'MotionDataSample',
    'ObjectTrack',
    'VideoResult',
    'label_colors',
    'split_into_clips',
]
