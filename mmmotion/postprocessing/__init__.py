"""Masks to better masks."""

from .border_foreground import BorderForeground, border_mean, border_score
from .border_share_foreground import BorderShareForeground, border_share
from .dense_crf import DenseCRF
from .frame_encoder import FrameEncoder
from .frame_features import FrameFeatures, color_features
from .motion_foreground import MotionForeground
from .motion_fusion import MotionFusion
from .normalized_cut import SimilarityGraph, normalized_cut, refine_by_cut
from .object_channel import ObjectChannel
from .postprocessor import Postprocessor
from .semantic_response import semantic_overlap, semantic_similarity
from .spectral_merge import SpectralMerge

__all__ = [
    'BorderForeground',
    'BorderShareForeground',
    'DenseCRF',
    'FrameEncoder',
    'FrameFeatures',
    'MotionForeground',
    'MotionFusion',
    'ObjectChannel',
    'Postprocessor',
    'SimilarityGraph',
    'SpectralMerge',
    'border_mean',
    'border_score',
    'border_share',
    'color_features',
    'normalized_cut',
    'refine_by_cut',
    'semantic_overlap',
    'semantic_similarity',
]
