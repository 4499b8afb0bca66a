"""One flow vector per region, its weighted mean."""

from mmmotion.registry import MODELS

from .polynomial_motion import PolynomialMotion


@MODELS.register_module()
class ConstantMotion(PolynomialMotion):
    """One flow vector per region, its weighted mean: 2 parameters."""

    degree = 0
