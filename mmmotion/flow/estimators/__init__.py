"""Programs that compute optical flow from two frames."""

from .constant_flow_estimator import ConstantFlowEstimator
from .dis_flow_estimator import DISFlowEstimator
from .farneback_flow_estimator import FarnebackFlowEstimator
from .flow_estimator import FlowEstimator
from .network_flow_estimator import NetworkFlowEstimator
from .ptl_flow_estimator import PTLFlowEstimator
from .pwclite_flow_estimator import PWCLiteFlowEstimator
from .raft_flow_estimator import RAFTFlowEstimator
from .settings import (
    complete_settings,
    named_files,
    recorded_settings,
    short_name,
)

__all__ = [
    'ConstantFlowEstimator',
    'DISFlowEstimator',
    'FarnebackFlowEstimator',
    'FlowEstimator',
    'NetworkFlowEstimator',
    'PTLFlowEstimator',
    'PWCLiteFlowEstimator',
    'RAFTFlowEstimator',
    'complete_settings',
    'named_files',
    'recorded_settings',
    'short_name',
]
