"""Metrics for mmengine's evaluator."""

from .video_box_metric import VideoBoxMetric
from .video_metric import FrameRecord, VideoMetric, merge_records
from .video_segmentation_metric import VideoSegmentationMetric

__all__ = [
    'FrameRecord',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoSegmentationMetric',
    'merge_records',
]
