"""Videos, images, the synthetic layered world, samplers and transforms."""

from .base_motion_dataset import BaseMotionDataset, is_label
from .cub200 import CUB200
from .davis2016 import DAVIS2016
from .draw import FrameDraw, sample_rng
from .dutomron import DUTOMRON
from .duts import DUTS
from .ecssd import ECSSD
from .errors import MissingFileError, SampleError
from .fbms59 import FBMS59
from .image_seg_dataset import ImageSegDataset
from .moca import MoCA
from .samplers import MixedVideoSampler, VideoSampler, VideoShardSampler
from .segtrackv2 import SegTrackv2
from .synthetic_motion import SyntheticMotion
from .transforms import (
    CacheTransforms,
    ClipFlows,
    ColorJitter,
    CropToSquare,
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
    'CUB200',
    'DAVIS2016',
    'DUTOMRON',
    'DUTS',
    'ECSSD',
    'FBMS59',
    'BaseMotionDataset',
    'CacheTransforms',
    'ClipFlows',
    'ColorJitter',
    'CropToSquare',
    'FrameDraw',
    'ImageSegDataset',
    'LoadFlows',
    'LoadFrames',
    'LoadMasks',
    'MissingFileError',
    'MixedVideoSampler',
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
    'is_label',
    'sample_rng',
]
