"""Metrics and the pure functions behind them."""

from .metrics import (
    FlowMetric,
    ImageSegmentationMetric,
    MeanIoUMetric,
    VideoBoxMetric,
    VideoMetric,
    VideoSegmentationMetric,
)

__all__ = [
    'FlowMetric',
    'ImageSegmentationMetric',
    'MeanIoUMetric',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoSegmentationMetric',
]
