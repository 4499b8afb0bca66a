"""Optical flow as data: files, colours, sizes, polynomial fits, estimators."""

from .background import (
    BackgroundFit,
    fit_background,
    motion_saliency,
    otsu_threshold,
)
from .color import (
    color_flow,
    color_image,
    flow_to_image,
    flow_to_rgb,
    flow_to_rgb_uint8,
)
from .correlation import correlate
from .estimators import (
    ConstantFlowEstimator,
    DISFlowEstimator,
    FarnebackFlowEstimator,
    FlowEstimator,
    NetworkFlowEstimator,
    PTLFlowEstimator,
    PWCLiteFlowEstimator,
    RAFTFlowEstimator,
)
from .extraction import ExtractionSettings, ExtractionSummary, extract_flow
from .frames import Video, list_frames, list_videos, read_frame
from .io import (
    FLOW_SUFFIXES,
    check_flow,
    decode_flow,
    known_pixels,
    read_flow,
    write_flow,
)
from .layout import find_flow_files, flow_path, flow_root
from .meta import check_meta, read_meta
from .networks import (
    FeaturePyramid,
    FlowDecoder,
    FlowPyramids,
    PWCLite,
    cost_volume,
)
from .polynomial import (
    evaluate_polynomial,
    fit_and_blend,
    fit_polynomial,
    unit_coordinates,
)
from .resize import resize_flow, resize_flow_tensor
from .warp import warp

__all__ = [
    'FLOW_SUFFIXES',
    'BackgroundFit',
    'ConstantFlowEstimator',
    'DISFlowEstimator',
    'ExtractionSettings',
    'ExtractionSummary',
    'FarnebackFlowEstimator',
    'FeaturePyramid',
    'FlowDecoder',
    'FlowEstimator',
    'FlowPyramids',
    'NetworkFlowEstimator',
    'PTLFlowEstimator',
    'PWCLite',
    'PWCLiteFlowEstimator',
    'RAFTFlowEstimator',
    'Video',
    'check_flow',
    'check_meta',
    'color_flow',
    'color_image',
    'correlate',
    'cost_volume',
    'decode_flow',
    'evaluate_polynomial',
    'extract_flow',
    'find_flow_files',
    'fit_and_blend',
    'fit_background',
    'fit_polynomial',
    'flow_path',
    'flow_root',
    'flow_to_image',
    'flow_to_rgb',
    'flow_to_rgb_uint8',
    'known_pixels',
    'list_frames',
    'list_videos',
    'motion_saliency',
    'otsu_threshold',
    'read_flow',
    'read_frame',
    'read_meta',
    'resize_flow',
    'resize_flow_tensor',
    'unit_coordinates',
    'warp',
    'write_flow',
]
