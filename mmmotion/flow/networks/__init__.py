"""Networks that match two frames, and their parts."""

from .convolution import convolution
from .cost_volume import cost_volume, normalize_features
from .feature_pyramid import FeaturePyramid
from .flow_decoder import FlowDecoder
from .pwclite import FlowPyramids, PWCLite

__all__ = [
    'FeaturePyramid',
    'FlowDecoder',
    'FlowPyramids',
    'PWCLite',
    'convolution',
    'cost_volume',
    'normalize_features',
]
