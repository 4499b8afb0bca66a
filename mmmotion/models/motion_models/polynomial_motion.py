"""Closed-form polynomial motion of soft regions."""

from functools import partial
from typing import ClassVar

from torch import Tensor, nn

from mmmotion.flow.polynomial import (
    evaluate_polynomial,
    fit_and_blend,
)

from .motion_fit import MotionFit

_WEIGHTINGS = ('square', 'linear')


def polynomial_motion(
    masks: Tensor,
    flow: Tensor,
    degree: int,
    weighting: str = 'square',
    ridge: float = 0.0,
) -> MotionFit:
    """Fit one polynomial flow per soft region and blend them.

    Args:
        masks: (B, K, h, w) soft masks in [0, 1].
        flow: (B, 2, h, w) observed flow at the size of the masks.
        degree: 0 constant, 1 affine, 2 quadratic.
        weighting: Weight of a pixel in the fit: ``'square'`` of its mask
            value or the value itself (``'linear'``).
        ridge: Ridge of the fit relative to the region's mass.

    Returns:
        The fit, differentiable in masks and flow, in the type of the flow
        but in float32 at least. Regions without a unique solution have zero
        flow, see :func:`~mmmotion.flow.polynomial.fit_polynomial`.

    Raises:
        ValueError: If the shapes do not agree.
    """
    if masks.ndim != 4 or flow.ndim != 4:
        raise ValueError(
            'masks must be (B, K, h, w) and flow (B, 2, h, w), got '
            f'{tuple(masks.shape)} and {tuple(flow.shape)}'
        )
    squared = weighting == 'square'
    params, blended = fit_and_blend(flow, masks, degree, ridge, squared)
    size = (flow.shape[-2], flow.shape[-1])
    return MotionFit(
        flow=blended,
        params=params,
        region_flows=partial(evaluate_polynomial, params, size, blended.dtype),
    )


class PolynomialMotion(nn.Module):
    """Base of the polynomial motion models.

    Source: Choudhury et al., "Guess What Moves", BMVC 2022, Eq. 2 and 3. The
    released code solves a QR decomposition over all pixels with weights
    ``mask**2``; the moments used here give the same fit. The paper's energy
    has weights ``mask``.

    Args:
        weighting: ``'square'`` (the release) or ``'linear'`` (the paper).
        ridge: Added to the diagonal of each region's normal equations,
            relative to its mass; 0 is the plain fit.

    Raises:
        ValueError: If an argument is not one of the above.
    """

    degree: ClassVar[int]

    def __init__(self, weighting: str = 'square', ridge: float = 0.0) -> None:
        super().__init__()
        if weighting not in _WEIGHTINGS:
            raise ValueError(
                f"weighting must be 'square' or 'linear', got {weighting!r}"
            )
        if ridge < 0:
            raise ValueError(f'ridge must not be negative, got {ridge}')
        self.weighting = weighting
        self.ridge = ridge

    def extra_repr(self) -> str:
        """Settings for the printed module."""
        return f'weighting={self.weighting!r}, ridge={self.ridge}'

    def forward(
        self,
        masks: Tensor,
        flow: Tensor | None = None,
        features: Tensor | None = None,
    ) -> MotionFit:
        """Fit the flow inside every mask.

        Args:
            masks: (B, K, h, w) soft masks in [0, 1].
            flow: (B, 2, h, w) observed flow at the size of the masks.
            features: Not used.

        Returns:
            Blended flow, parameters and the flow of every region.

        Raises:
            ValueError: If there is no flow or the shapes do not agree.
        """
        if flow is None:
            raise ValueError(
                f'{type(self).__name__} is fitted to the observed flow: '
                'pass flow (B, 2, h, w)'
            )
        return polynomial_motion(
            masks, flow, self.degree, self.weighting, self.ridge
        )
