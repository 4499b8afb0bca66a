"""Optical flow as data: files, colours, sizes, polynomial fits, estimators."""

from .background import BackgroundFit, fit_background, residual_threshold
from .polynomial import evaluate_polynomial, fit_polynomial, unit_coordinates

__all__ = [
    'BackgroundFit',
    'evaluate_polynomial',
    'fit_background',
    'fit_polynomial',
    'residual_threshold',
    'unit_coordinates',
]
