"""Which frames are drawn, and in which order."""

from .endless_sampler import EndlessSampler
from .mixed_video_sampler import MixedVideoSampler
from .video_sampler import VideoSampler
from .video_shard_sampler import VideoShardSampler
from .videos import FrameEntry, group_by_video

__all__ = [
    'EndlessSampler',
    'FrameEntry',
    'MixedVideoSampler',
    'VideoSampler',
    'VideoShardSampler',
    'group_by_video',
]
