"""Metrics that read maps of the segmentor's encoder."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from mmmotion.models.segmentors import FramePrediction


class MapWatcher(Protocol):
    """A metric that reads a map of the encoder in some frames."""

    feature_index: int

    @property
    def feature_key(self) -> str:
        """Name of the map in a data sample."""

    def looks_at(self, sample: Any) -> bool:
        """Whether the map of a frame is wanted."""


def find_watchers(metrics: Iterable[Any]) -> list[MapWatcher]:
    """List the metrics that want a map of the encoder.

    Args:
        metrics: Any metrics.
    """
    return [
        metric for metric in metrics
        if getattr(metric, 'feature_index', None) is not None
    ]


def drop_maps(
    watchers: Sequence[MapWatcher], frames: Sequence[FramePrediction]
) -> None:
    """Forget the maps of frames at which no metric looks.

    A loop holds the frames of a whole video, and maps are large.

    Args:
        watchers: Metrics that want maps.
        frames: Frames of a batch, whose samples hold maps.
    """
    for frame in frames:
        sample = frame.data_sample
        wanted = {
            watcher.feature_key
            for watcher in watchers if watcher.looks_at(sample)
        }
        for key in {watcher.feature_key for watcher in watchers} - wanted:
            sample.pop(key, None)
