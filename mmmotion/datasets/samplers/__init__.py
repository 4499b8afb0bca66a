"""Which frames are drawn, and in which order."""

from .mixed_video_sampler import MixedVideoSampler
from .video_sampler import VideoSampler
from .video_shard_sampler import VideoShardSampler
from .videos import FrameEntry, group_by_video

__all__ = [
    'FrameEntry',
    'MixedVideoSampler',
    'VideoSampler',
    'VideoShardSampler',
    'group_by_video',
]
