"""Metrics and the pure functions behind them."""

from .metrics import (
    ImageSegmentationMetric,
    MeanIoUMetric,
    VideoBoxMetric,
    VideoMetric,
    VideoSegmentationMetric,
)

__all__ = [
    'ImageSegmentationMetric',
    'MeanIoUMetric',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoSegmentationMetric',
]
