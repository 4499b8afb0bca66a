"""Metrics for mmengine's evaluator."""

from .flow_metric import FlowMetric
from .image_segmentation_metric import ImageSegmentationMetric
from .layer_metric import LayerMetric
from .mean_iou_metric import MeanIoUMetric
from .motion_semantic_alignment_metric import MotionSemanticAlignmentMetric
from .video_box_metric import VideoBoxMetric
from .video_metric import FrameRecord, VideoMetric, merge_records
from .video_object_metric import VideoObjectMetric
from .video_segmentation_metric import VideoSegmentationMetric

__all__ = [
    'FlowMetric',
    'FrameRecord',
    'ImageSegmentationMetric',
    'LayerMetric',
    'MeanIoUMetric',
    'MotionSemanticAlignmentMetric',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoObjectMetric',
    'VideoSegmentationMetric',
    'merge_records',
]
