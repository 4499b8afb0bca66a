"""Metrics and the pure functions behind them."""

from .metrics import (
    FlowMetric,
    ImageSegmentationMetric,
    LayerMetric,
    MeanIoUMetric,
    VideoBoxMetric,
    VideoMetric,
    VideoObjectMetric,
    VideoSegmentationMetric,
)

__all__ = [
    'FlowMetric',
    'ImageSegmentationMetric',
    'LayerMetric',
    'MeanIoUMetric',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoObjectMetric',
    'VideoSegmentationMetric',
]
