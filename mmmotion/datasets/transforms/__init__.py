"""Loading, shaping and packing of samples."""

from .cache_transforms import CacheTransforms
from .clip_flows import ClipFlows
from .color_jitter import ColorJitter
from .crop_to_square import CropToSquare
from .degrade_flows import DegradeFlows
from .estimate_flows import EstimateFlows
from .load_flows import LoadFlows
from .load_frames import LoadFrames, load_frame
from .load_label_map import IGNORED_LABEL, LoadLabelMap
from .load_layers import LoadLayers
from .load_masks import LoadMasks, read_annotation
from .load_pseudo_masks import LoadPseudoMasks
from .merge_objects import MergeObjects
from .normalize_flows import NormalizeFlows
from .pack_motion_inputs import PackMotionInputs
from .photometric_distortion import PhotometricDistortion
from .random_crop import RandomCrop
from .random_flip import RandomFlip
from .random_resize_short_side import RandomResizeShortSide
from .random_reverse import RandomReverse
from .remove_keys import RemoveKeys
from .render_scene import RenderScene
from .resize_flows import ResizeFlows
from .resize_frames import ResizeFrames
from .subtract_background_motion import SubtractBackgroundMotion
from .transform_clip import TransformClip
from .transpose_portrait import TransposePortrait

__all__ = [
    'IGNORED_LABEL',
    'CacheTransforms',
    'ClipFlows',
    'ColorJitter',
    'CropToSquare',
    'DegradeFlows',
    'EstimateFlows',
    'LoadFlows',
    'LoadFrames',
    'LoadLabelMap',
    'LoadLayers',
    'LoadMasks',
    'LoadPseudoMasks',
    'MergeObjects',
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
    'SubtractBackgroundMotion',
    'TransformClip',
    'TransposePortrait',
    'load_frame',
    'read_annotation',
]
