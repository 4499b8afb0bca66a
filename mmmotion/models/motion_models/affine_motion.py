"""Affine flow per region."""

from mmmotion.registry import MODELS

from .polynomial_motion import PolynomialMotion


@MODELS.register_module()
class AffineMotion(PolynomialMotion):
    """Affine flow per region: 6 parameters."""

    degree = 1
