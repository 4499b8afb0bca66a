"""Masks and flow or features to a parametric flow."""

from .affine_motion import AffineMotion
from .constant_motion import ConstantMotion
from .motion_fit import MotionFit
from .polynomial_motion import PolynomialMotion, polynomial_motion
from .quadratic_motion import QuadraticMotion
from .segment_flow import SegmentFlow, SegmentFlowLevel

__all__ = [
    'AffineMotion',
    'ConstantMotion',
    'MotionFit',
    'PolynomialMotion',
    'QuadraticMotion',
    'SegmentFlow',
    'SegmentFlowLevel',
    'polynomial_motion',
]
