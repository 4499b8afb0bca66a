"""SegTrackv2, fourteen videos in which every frame is annotated."""

from collections.abc import Sequence
from typing import Any

from mmmotion.registry import DATASETS

from .video_seg_dataset import VideoSegDataset

SEGTRACKV2_VIDEOS = (
    'bird_of_paradise',
    'birdfall',
    'bmx',
    'cheetah',
    'drift',
    'frog',
    'girl',
    'hummingbird',
    'monkey',
    'monkeydog',
    'parachute',
    'penguin',
    'soldier',
    'worm',
)
"""Names of all videos."""


@DATASETS.register_module()
class SegTrackv2(VideoSegDataset):
    """SegTrackv2 as ``tools/dataset_converters/segtrackv2.py`` prepares it.

    ::

        <data_root>/
            JPEGImages/<video>/00000.jpg
            Annotations/<video>/00000.png
            Flows/<flow_estimator>/gap+1/<video>/00000.npy
            Flows_gap1/<video>/00000.flo        with flow_layout='mg'

    The annotations hold 0 and 255; the objects of a video are one foreground.
    There is no split: methods that learn without annotations train on the
    videos on which they are evaluated.

    Source: Li et al., "Video Segmentation by Tracking Many Figure-Ground
    Segments", ICCV 2013.

    Args:
        videos: Names of the videos to use, by default all fourteen. One that
            is not on disk is an error, so that no mean is over fewer.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.
    """

    def __init__(
        self,
        videos: Sequence[str] | None = SEGTRACKV2_VIDEOS,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        prefix = dict(mask='Annotations') | (data_prefix or {})
        super().__init__(videos=videos, data_prefix=prefix, **kwargs)
