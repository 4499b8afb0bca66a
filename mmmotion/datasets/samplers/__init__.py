"""Which frames are drawn, and in which order."""

from .endless_sampler import EndlessSampler
from .frame_pair_sampler import FramePairSampler
from .mixed_video_sampler import MixedVideoSampler
from .video_sampler import VideoSampler
from .video_shard_sampler import VideoShardSampler
from .videos import FrameEntry, VideoSpan, group_by_video, list_spans

__all__ = [
    'EndlessSampler',
    'FrameEntry',
    'FramePairSampler',
    'MixedVideoSampler',
    'VideoSampler',
    'VideoShardSampler',
    'VideoSpan',
    'group_by_video',
    'list_spans',
]
