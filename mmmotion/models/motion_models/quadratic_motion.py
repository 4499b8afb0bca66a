"""Quadratic flow per region."""

from mmmotion.registry import MODELS

from .polynomial_motion import PolynomialMotion


@MODELS.register_module()
class QuadraticMotion(PolynomialMotion):
    """Quadratic flow per region: 12 parameters."""

    degree = 2
