"""Masks to better masks."""

from .border_foreground import BorderForeground, border_mean, border_score
from .border_share_foreground import BorderShareForeground, border_share
from .contrast_tuning import draw_pairs, tune_features
from .cut_refinement import CutRefinement
from .dense_crf import DenseCRF
from .dynamic_refinement import (
    RefinedLabels,
    choose_key_frame,
    decide_labels,
    label_error,
    label_errors,
    refine_labels,
    stretch_labels,
)
from .foreground_objects import ForegroundObjects
from .frame_alignment import (
    FrameAlignment,
    alignment_scores,
    resize_to_grid,
)
from .frame_encoder import FrameEncoder
from .frame_features import FrameFeatures, color_features
from .label_propagation import propagate_labels
from .motion_foreground import MotionForeground
from .motion_fusion import MotionFusion
from .normalized_cut import SimilarityGraph, normalized_cut, refine_by_cut
from .object_channel import ObjectChannel, find_object_channel
from .object_pair import check_pair, pair
from .postprocessor import Postprocessor
from .propagation_refinement import PropagationRefinement
from .semantic_extent import SemanticExtent
from .semantic_response import (
    exceeds_extent,
    semantic_overlap,
    semantic_similarity,
)
from .spectral_merge import SpectralMerge
from .video_tokens import VideoTokens

__all__ = [
    'BorderForeground',
    'BorderShareForeground',
    'CutRefinement',
    'DenseCRF',
    'ForegroundObjects',
    'FrameAlignment',
    'FrameEncoder',
    'FrameFeatures',
    'MotionForeground',
    'MotionFusion',
    'ObjectChannel',
    'Postprocessor',
    'PropagationRefinement',
    'RefinedLabels',
    'SemanticExtent',
    'SimilarityGraph',
    'SpectralMerge',
    'VideoTokens',
    'alignment_scores',
    'border_mean',
    'border_score',
    'border_share',
    'check_pair',
    'choose_key_frame',
    'color_features',
    'decide_labels',
    'draw_pairs',
    'exceeds_extent',
    'find_object_channel',
    'label_error',
    'label_errors',
    'normalized_cut',
    'pair',
    'propagate_labels',
    'refine_by_cut',
    'refine_labels',
    'resize_to_grid',
    'semantic_overlap',
    'semantic_similarity',
    'stretch_labels',
    'tune_features',
]
