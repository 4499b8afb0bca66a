"""Masks and flow or features to a parametric flow."""

from .affine_motion import AffineMotion
from .constant_motion import ConstantMotion
from .flow_pooling import FlowPooling
from .motion_fit import MotionFit
from .polynomial_motion import PolynomialMotion, polynomial_motion
from .quadratic_motion import QuadraticMotion
from .residual_motion import ResidualMotion
from .segment_flow import SegmentFlow, SegmentFlowLevel

__all__ = [
    'AffineMotion',
    'ConstantMotion',
    'FlowPooling',
    'MotionFit',
    'PolynomialMotion',
    'QuadraticMotion',
    'ResidualMotion',
    'SegmentFlow',
    'SegmentFlowLevel',
    'polynomial_motion',
]
