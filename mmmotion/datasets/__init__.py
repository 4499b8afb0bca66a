"""Video data sets, the synthetic layered world, samplers and transforms."""

from .base_motion_dataset import BaseMotionDataset
from .davis2016 import DAVIS2016
from .draw import FrameDraw, sample_rng
from .errors import MissingFileError, SampleError
from .fbms59 import FBMS59
from .moca import MoCA
from .samplers import VideoSampler, VideoShardSampler
from .segtrackv2 import SegTrackv2
from .synthetic_motion import SyntheticMotion
from .transforms import (
    CacheTransforms,
    ClipFlows,
    ColorJitter,
    LoadFlows,
    LoadFrames,
    LoadMasks,
    NormalizeFlows,
    PackMotionInputs,
    RandomFlip,
    RenderScene,
    ResizeFlows,
    ResizeFrames,
    SubtractBackgroundMotion,
)
from .video_seg_dataset import VideoSegDataset

__all__ = [
    'DAVIS2016',
    'FBMS59',
    'BaseMotionDataset',
    'CacheTransforms',
    'ClipFlows',
    'ColorJitter',
    'FrameDraw',
    'LoadFlows',
    'LoadFrames',
    'LoadMasks',
    'MissingFileError',
    'MoCA',
    'NormalizeFlows',
    'PackMotionInputs',
    'RandomFlip',
    'RenderScene',
    'ResizeFlows',
    'ResizeFrames',
    'SampleError',
    'SegTrackv2',
    'SubtractBackgroundMotion',
    'SyntheticMotion',
    'VideoSampler',
    'VideoSegDataset',
    'VideoShardSampler',
    'sample_rng',
]
