"""Loading, shaping and packing of samples."""

from .cache_transforms import CacheTransforms
from .clip_flows import ClipFlows
from .color_jitter import ColorJitter
from .crop_to_square import CropToSquare
from .load_flows import LoadFlows
from .load_frames import LoadFrames, load_frame
from .load_masks import LoadMasks, read_annotation
from .normalize_flows import NormalizeFlows
from .pack_motion_inputs import PackMotionInputs
from .random_flip import RandomFlip
from .render_scene import RenderScene
from .resize_flows import ResizeFlows
from .resize_frames import ResizeFrames
from .subtract_background_motion import SubtractBackgroundMotion

__all__ = [
    'CacheTransforms',
    'ClipFlows',
    'ColorJitter',
    'CropToSquare',
    'LoadFlows',
    'LoadFrames',
    'LoadMasks',
    'NormalizeFlows',
    'PackMotionInputs',
    'RandomFlip',
    'RenderScene',
    'ResizeFlows',
    'ResizeFrames',
    'SubtractBackgroundMotion',
    'load_frame',
    'read_annotation',
]
