"""Metrics and the pure functions behind them."""

from .metrics import (
    ImageSegmentationMetric,
    VideoBoxMetric,
    VideoMetric,
    VideoSegmentationMetric,
)

__all__ = [
    'ImageSegmentationMetric',
    'VideoBoxMetric',
    'VideoMetric',
    'VideoSegmentationMetric',
]
