"""What travels between dataset, model, metric and visualizer."""

from .clips import split_into_clips
from .label_colors import label_colors
from .label_png import encode_labels
from .motion_data_sample import MOTIONS, MotionDataSample
from .object_track import ObjectTrack
from .video_result import VERDICTS, VideoResult

__all__ = [
    'MOTIONS',
    'VERDICTS',
    'MotionDataSample',
    'ObjectTrack',
    'VideoResult',
    'encode_labels',
    'label_colors',
    'split_into_clips',
]
