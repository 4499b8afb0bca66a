"""Programs that compute optical flow from two frames."""

from .constant_flow_estimator import ConstantFlowEstimator
from .dis_flow_estimator import DISFlowEstimator
from .farneback_flow_estimator import FarnebackFlowEstimator
from .flow_estimator import FlowEstimator
from .settings import complete_settings, short_name

__all__ = [
    'ConstantFlowEstimator',
    'DISFlowEstimator',
    'FarnebackFlowEstimator',
    'FlowEstimator',
    'complete_settings',
    'short_name',
]
