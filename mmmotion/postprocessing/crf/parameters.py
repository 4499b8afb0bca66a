"""What a dense CRF is made of."""

import math
from dataclasses import dataclass
from numbers import Integral, Real

from .mean_field import check_normalization


@dataclass(frozen=True)
class CRFParameters:
    """Kernels, normalisation and length of the inference.

    The defaults are those of the release of RCF (Lian et al., CVPR 2023).

    Attributes:
        spatial_sigma: Deviation of the bilateral kernel in pixels.
        color_sigma: Deviation of the bilateral kernel in 8-bit colour steps.
        bilateral_weight: Weight of the bilateral kernel; 0 leaves it out.
        gaussian_sigma: Deviation of the Gaussian kernel in pixels.
        gaussian_weight: Weight of the Gaussian kernel; 0 leaves it out.
        num_iters: Number of mean-field updates; 0 is the softmax of the
            negative energies.
        normalization: ``'symmetric'`` or ``'after'``, see ``normalize``.

    Raises:
        ValueError: If a value is out of range.
    """

    spatial_sigma: float = 60.0
    color_sigma: float = 5.0
    bilateral_weight: float = 5.0
    gaussian_sigma: float = 3.0
    gaussian_weight: float = 0.0
    num_iters: int = 50
    normalization: str = 'symmetric'

    def __post_init__(self) -> None:
        for name in ('spatial_sigma', 'color_sigma', 'gaussian_sigma'):
            value = getattr(self, name)
            if not _is_number(value) or value <= 0:
                raise ValueError(
                    f'{name} must be a positive number, got {value!r}'
                )
        for name in ('bilateral_weight', 'gaussian_weight'):
            value = getattr(self, name)
            if not _is_number(value) or value < 0:
                raise ValueError(
                    f'{name} must be a number, 0 or more, got {value!r}'
                )
        is_count = isinstance(self.num_iters, Integral)
        if not is_count or self.num_iters < 0:
            raise ValueError(
                'num_iters must be an integer, 0 or more, got '
                f'{self.num_iters!r}'
            )
        check_normalization(self.normalization)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and math.isfinite(value)
