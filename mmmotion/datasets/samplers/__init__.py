"""Which frames are drawn, and in which order."""

from .video_sampler import VideoSampler
from .video_shard_sampler import VideoShardSampler
from .videos import FrameEntry, list_videos

__all__ = ['FrameEntry', 'VideoSampler', 'VideoShardSampler', 'list_videos']
