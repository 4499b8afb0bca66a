"""Videos, images, the synthetic layered world, samplers and transforms."""

from .base_motion_dataset import BaseMotionDataset, is_label
from .cub200 import CUB200
from .davis2016 import DAVIS2016
from .davis2017 import DAVIS2017
from .davis2017_motion import DAVIS2017Motion
from .draw import FrameDraw, sample_rng
from .dutomron import DUTOMRON
from .duts import DUTS
from .ecssd import ECSSD
from .errors import MissingFileError, SampleError
from .fbms59 import FBMS59
from .image_seg_dataset import ImageSegDataset
from .moca import MoCA
from .samplers import (
    FramePairSampler,
    MixedVideoSampler,
    VideoSampler,
    VideoShardSampler,
)
from .segtrackv2 import SegTrackv2
from .synthetic_clips import SyntheticClips
from .synthetic_motion import SyntheticMotion
from .transforms import (
    CacheTransforms,
    ClipFlows,
    ColorJitter,
    CropToSquare,
    DegradeFlows,
    EstimateFlows,
    LoadFlows,
    LoadFrames,
    LoadLabelMap,
    LoadLayers,
    LoadMasks,
    LoadPseudoMasks,
    MergeObjects,
    NormalizeFlows,
    PackMotionInputs,
    PhotometricDistortion,
    RandomCrop,
    RandomFlip,
    RandomResizeShortSide,
    RandomReverse,
    RemoveKeys,
    RenderScene,
    ResizeFlows,
    ResizeFrames,
    SubtractBackgroundMotion,
    TransformClip,
    TransposePortrait,
)
from .video_seg_dataset import VideoSegDataset
from .voc2012 import VOC2012
from .youtube_vos import YouTubeVOS

__all__ = [
    'CUB200',
    'DAVIS2016',
    'DAVIS2017',
    'DUTOMRON',
    'DUTS',
    'ECSSD',
    'FBMS59',
    'VOC2012',
    'BaseMotionDataset',
    'CacheTransforms',
    'ClipFlows',
    'ColorJitter',
    'CropToSquare',
    'DAVIS2017Motion',
    'DegradeFlows',
    'EstimateFlows',
    'FrameDraw',
    'FramePairSampler',
    'ImageSegDataset',
    'LoadFlows',
    'LoadFrames',
    'LoadLabelMap',
    'LoadLayers',
    'LoadMasks',
    'LoadPseudoMasks',
    'MergeObjects',
    'MissingFileError',
    'MixedVideoSampler',
    'MoCA',
    'NormalizeFlows',
    'PackMotionInputs',
    'PhotometricDistortion',
    'RandomCrop',
    'RandomFlip',
    'RandomResizeShortSide',
    'RandomReverse',
    'RemoveKeys',
    'RenderScene',
    'ResizeFlows',
    'ResizeFrames',
    'SampleError',
    'SegTrackv2',
    'SubtractBackgroundMotion',
    'SyntheticClips',
    'SyntheticMotion',
    'TransformClip',
    'TransposePortrait',
    'VideoSampler',
    'VideoSegDataset',
    'VideoShardSampler',
    'YouTubeVOS',
    'is_label',
    'sample_rng',
]
