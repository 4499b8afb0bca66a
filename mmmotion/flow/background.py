"""Motion of the background, robust against the objects that move in it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .polynomial import evaluate_polynomial, fit_polynomial

# Turns a median absolute deviation into the deviation of a normal variable.
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class BackgroundFit:
    """Background flow and what it leaves unexplained.

    Attributes:
        flow: (..., 2, h, w) flow of the background, in pixels.
        residual: (..., 2, h, w) observed flow minus ``flow``, in pixels.
        weights: (..., h, w) in [0, 1], share with which a pixel counted as
            background in the last iteration.
        params: (..., P, 2) float64 parameters, see
            :func:`~mmmotion.flow.polynomial.fit_polynomial`.
        scale: (...) robust deviation of the residual's length, in pixels.
    """

    flow: Tensor
    residual: Tensor
    weights: Tensor
    params: Tensor
    scale: Tensor


def _robust_scale(length: Tensor, floor: float) -> Tensor:
    """1.4826 times the median length over pixels, (...)."""
    median = length.flatten(-2).median(dim=-1).values
    return (_MAD_TO_SIGMA * median).clamp(min=floor)


@torch.no_grad()
def fit_background(
    flow: Tensor,
    degree: int = 2,
    num_iters: int = 20,
    cutoff: float = 1.0,
    start: float = 4.0,
    min_scale: float = 0.01,
) -> BackgroundFit:
    """Fit a polynomial flow that ignores what moves differently.

    Iteratively re-weighted least squares with the Geman-McClure function:
    a pixel whose residual has length r weighs ``1 / (1 + (r / s)^2)^2``. The
    scale s is a multiple of the robust deviation of all residuals, which is
    measured again in every iteration; the multiple falls geometrically from
    ``start * cutoff`` to ``cutoff``, so that the result does not hang on the
    least-squares fit that it starts from.

    Source: Black and Anandan, "The Robust Estimation of Multiple Motions",
    CVIU 1996, whose scheme (a redescending function with a falling scale)
    is taken; the scale from the median is that of Holland and Welsch,
    "Robust Regression Using Iteratively Reweighted Least-Squares", 1977.

    The result is deterministic and carries no gradient.

    Args:
        flow: (..., 2, h, w) observed flow in pixels.
        degree: 0 constant, 1 affine, 2 quadratic.
        num_iters: Number of weighted fits after the first plain one.
        cutoff: Scale of the weights in the last iteration, in robust
            deviations.
        start: Factor on ``cutoff`` in the first iteration, at least 1.
        min_scale: Lower limit of the robust deviation in pixels, so that a
            perfect fit does not end in a division by zero.

    Returns:
        The background and its residual, in the type of ``flow``.

    Raises:
        ValueError: If a setting is out of range or the flow has another
            shape.
    """
    if num_iters < 0:
        raise ValueError(f'num_iters must not be negative, got {num_iters}')
    if cutoff <= 0 or start < 1 or min_scale <= 0:
        raise ValueError(
            'expected cutoff > 0, start >= 1 and min_scale > 0, got '
            f'cutoff={cutoff}, start={start} and min_scale={min_scale}'
        )
    size = (flow.shape[-2], flow.shape[-1])
    observed = flow.double()
    weights = torch.ones_like(observed[..., :1, :, :])
    params = fit_polynomial(observed, weights, degree)
    for i in range(num_iters):
        remaining = 1 - i / max(num_iters - 1, 1)
        length = _residual(observed, params, size).norm(dim=-3)
        scale = cutoff * start**remaining * _robust_scale(length, min_scale)
        weights = (1 + (length / scale[..., None, None])**2)**-2
        weights = weights[..., None, :, :]
        params = fit_polynomial(observed, weights, degree)
    background = evaluate_polynomial(params, size)[..., 0, :, :, :]
    residual = observed - background
    return BackgroundFit(
        flow=background.to(flow.dtype),
        residual=residual.to(flow.dtype),
        weights=weights[..., 0, :, :].to(flow.dtype),
        params=params[..., 0, :, :],
        scale=_robust_scale(residual.norm(dim=-3), min_scale).to(flow.dtype),
    )


def _residual(flow: Tensor, params: Tensor, size: tuple[int, int]) -> Tensor:
    return flow - evaluate_polynomial(params, size)[..., 0, :, :, :]


def residual_threshold(residual: Tensor, num_bins: int = 256) -> Tensor:
    """Length that splits residuals into background and moving pixels.

    Maximises the variance between both classes over the histogram of the
    lengths, from zero to the largest one.

    Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms",
    IEEE SMC 1979.

    Args:
        residual: (..., 2, h, w) flow minus background flow, in pixels.
        num_bins: Number of equal intervals of the histogram.

    Returns:
        (...) threshold in pixels; lengths above it move. Where all lengths
        are equal it is that length, and nothing moves.

    Raises:
        ValueError: If there are fewer than two bins.
    """
    if num_bins < 2:
        raise ValueError(f'num_bins must be at least 2, got {num_bins}')
    length = residual.double().norm(dim=-3).flatten(-2)
    largest = length.amax(dim=-1, keepdim=True)
    width = largest / num_bins
    scaled = length / width.clamp(min=torch.finfo(torch.float64).tiny)
    index = scaled.long().clamp(max=num_bins - 1)
    histogram = torch.zeros(
        *length.shape[:-1], num_bins, dtype=length.dtype, device=length.device
    )
    histogram.scatter_add_(-1, index, torch.ones_like(length))
    sums = torch.zeros_like(histogram).scatter_add_(-1, index, length)
    count, total = histogram.cumsum(-1), sums.cumsum(-1)
    above, total_above = count[..., -1:] - count, total[..., -1:] - total
    means = total / count.clamp(min=1) - total_above / above.clamp(min=1)
    between = count * above * means**2
    best = between.argmax(dim=-1, keepdim=True)
    threshold = (best + 1) * width
    flat = between.amax(dim=-1, keepdim=True) <= 0
    return torch.where(flat, largest, threshold)[..., 0]
