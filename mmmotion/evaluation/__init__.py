"""Metrics and the pure functions behind them."""

from .metrics import VideoBoxMetric, VideoMetric, VideoSegmentationMetric

__all__ = ['VideoBoxMetric', 'VideoMetric', 'VideoSegmentationMetric']
