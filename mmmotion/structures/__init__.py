"""What travels between dataset, model, metric and visualizer."""

from .clips import split_into_clips
from .motion_data_sample import MOTIONS, MotionDataSample
from .object_track import ObjectTrack
from .video_result import VERDICTS, VideoResult

__all__ = [
    'MOTIONS',
    'VERDICTS',
    'MotionDataSample',
    'ObjectTrack',
    'VideoResult',
    'split_into_clips',
]
