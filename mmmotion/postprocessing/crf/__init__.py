"""Fully connected conditional random fields."""

from .dense_crf import bilateral_features, dense_crf, position_features
from .exact_kernel import ExactKernel
from .mean_field import mean_field, normalize
from .parameters import CRFParameters
from .permutohedral import PermutohedralLattice
from .unary import mask_unary, probability_unary

__all__ = [
    'CRFParameters',
    'ExactKernel',
    'PermutohedralLattice',
    'bilateral_features',
    'dense_crf',
    'mask_unary',
    'mean_field',
    'normalize',
    'position_features',
    'probability_unary',
]
