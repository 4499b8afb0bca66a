"""Objects told apart and followed through a video."""

from .object_summary import ObjectSummary
from .object_tracker import ObjectTracker

__all__ = ['ObjectSummary', 'ObjectTracker']
