"""Metrics and the pure functions behind them."""

from .metrics import VideoMetric, VideoSegmentationMetric

__all__ = ['VideoMetric', 'VideoSegmentationMetric']
