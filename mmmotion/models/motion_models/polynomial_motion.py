"""Closed-form polynomial motion of soft regions."""

from functools import partial
from typing import ClassVar

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmmotion.flow.polynomial import (
    evaluate_polynomial,
    fit_and_blend,
)

from .flow_pooling import FlowPooling
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


class PolynomialMotion(BaseModule):
    """Base of the polynomial motion models.

    Source: Choudhury et al., "Guess What Moves", BMVC 2022, Eq. 2 and 3. The
    released code solves a QR decomposition over all pixels with weights
    ``mask**2``; the moments used here give the same fit. The paper's energy
    has weights ``mask``.

    Args:
        weighting: ``'square'`` (the release) or ``'linear'`` (the paper).
        ridge: Added to the diagonal of each region's normal equations,
            relative to its mass; 0 is the plain fit.
        pooling_channels: Width of a learned mean, which stands for the mean
            of the fit in every region (Lian, Wu, Yu, arXiv 2212.08816); None
            has the plain mean. It needs the plain fit, whose mean is that of
            the flow.
        init_cfg: Initialisation of the learned mean as in mmengine; by
            default that of torch.

    Raises:
        ValueError: If an argument is not one of the above.
    """

    degree: ClassVar[int]

    def __init__(
        self,
        weighting: str = 'square',
        ridge: float = 0.0,
        pooling_channels: int | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if weighting not in _WEIGHTINGS:
            raise ValueError(
                f"weighting must be 'square' or 'linear', got {weighting!r}"
            )
        if ridge < 0:
            raise ValueError(f'ridge must not be negative, got {ridge}')
        if ridge > 0 and pooling_channels is not None:
            raise ValueError(
                'pooling_channels needs ridge=0, for a ridge moves the mean '
                f'of the fit that is replaced; got ridge={ridge}'
            )
        self.weighting = weighting
        self.ridge = ridge
        self.pooling = None
        if pooling_channels is not None:
            self.pooling = FlowPooling(pooling_channels)

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
        fit = polynomial_motion(
            masks, flow, self.degree, self.weighting, self.ridge
        )
        if self.pooling is None:
            return fit
        weights = masks.square() if self.weighting == 'square' else masks
        return _shift(fit, masks, self.pooling(weights, flow))


def _shift(fit: MotionFit, masks: Tensor, shifts: Tensor) -> MotionFit:
    """Add a translation (B, K, 2) to the flow of every region."""
    assert fit.params is not None
    flow = fit.flow + torch.einsum('bkhw,bkc->bchw', masks, shifts)
    constant = fit.params[:, :, :1] + shifts[:, :, None]
    params = torch.cat((constant, fit.params[:, :, 1:]), dim=2)
    size = (flow.shape[-2], flow.shape[-1])
    return MotionFit(
        flow=flow,
        params=params,
        region_flows=partial(evaluate_polynomial, params, size, flow.dtype),
    )
