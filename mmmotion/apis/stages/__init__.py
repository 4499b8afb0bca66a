"""The stages from a video to its moving objects, each of which can resume."""

from .decode import Frames, decode_frames
from .estimate_flow import estimate_flow
from .flow_foreground import segment_flow
from .frame_arrays import FrameArrays
from .lazy_frames import LazyFrames
from .learn import learn_weights
from .measure import FinalMasks, measure_objects
from .predict import predict_masks
from .progress import StageProgress
from .track import Objects, read_next_flow, track_objects

__all__ = [
    'FinalMasks',
    'FrameArrays',
    'Frames',
    'LazyFrames',
    'Objects',
    'StageProgress',
    'decode_frames',
    'estimate_flow',
    'learn_weights',
    'measure_objects',
    'predict_masks',
    'read_next_flow',
    'segment_flow',
    'track_objects',
]
