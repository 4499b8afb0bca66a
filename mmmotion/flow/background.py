"""Motion of the background, robust against the objects that move in it."""

import math
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
            background in the last iteration; if that saw means of squares
            of pixels, the share by the final residual.
        params: (..., P, 2) float64 parameters, see
            :func:`~mmmotion.flow.polynomial.fit_polynomial`.
        scale: (...) robust deviation of the residual's length, in pixels.
    """

    flow: Tensor
    residual: Tensor
    weights: Tensor
    params: Tensor
    scale: Tensor


def _length(flow: Tensor) -> Tensor:
    """(..., h, w) length of (..., 2, h, w); far faster than norm(dim=-3)."""
    return torch.hypot(flow[..., 0, :, :], flow[..., 1, :, :])


def _robust_scale(length: Tensor, floor: float) -> Tensor:
    """1.4826 times the median length over pixels, (...)."""
    median = length.flatten(-2).median(dim=-1).values
    return (_MAD_TO_SIGMA * median).clamp(min=floor)


@torch.no_grad()
def fit_background(
    flow: Tensor,
    degree: int = 2,
    num_iters: int = 4,
    cutoff: float = 1.0,
    start: float = 2.0,
    min_scale: float = 0.01,
    shrink: int = 1,
) -> BackgroundFit:
    """Fit a polynomial flow that ignores what moves differently.

    Iteratively re-weighted least squares with the Geman-McClure function:
    a pixel whose residual has length r weighs ``1 / (1 + (r / s)^2)^2``. The
    scale s is a multiple of the robust deviation of all residuals, measured
    in every iteration; the multiple falls from ``start * cutoff`` to
    ``cutoff`` geometrically. The degree rises from 0 to ``degree``, each one
    starting from the weights of the one before: a quadratic that starts from
    plain least squares bends towards an object that fills 30 % of the image,
    while this scheme withstands 40 %.

    Source: Black and Anandan, "The Robust Estimation of Multiple Motions",
    CVIU 1996, whose scheme (a redescending function with a falling scale)
    is taken; the scale from the median is that of Holland and Welsch,
    "Robust Regression Using Iteratively Reweighted Least-Squares", 1977.

    The result is deterministic and carries no gradient.

    Args:
        flow: (..., 2, h, w) observed flow in pixels.
        degree: 0 constant, 1 affine, 2 quadratic.
        num_iters: Weighted fits per degree; 0 gives plain least squares.
        cutoff: Last scale of a degree's weights, in robust deviations.
        start: Factor on ``cutoff`` in the first iteration, at least 1.
        min_scale: Lower limit of the robust deviation in pixels; without one
            a perfect fit would divide by zero.
        shrink: Side of the squares of pixels whose mean flow is fitted, for
            less time; the result has all pixels. Sides that are no multiple
            of it are cut into parts that are a little longer.

    Returns:
        The background and its residual, in the type of ``flow``.

    Raises:
        ValueError: If a setting or the shape of the flow is impossible.
    """
    _check_settings(degree, num_iters, cutoff, start, min_scale, shrink)
    every = flow.to(torch.promote_types(flow.dtype, torch.float32))
    observed = _shrink(every, shrink)
    weights = torch.ones_like(observed[..., :1, :, :])
    for stage in range(degree + 1) if num_iters else (degree, ):
        params = fit_polynomial(observed, weights, stage)
        for i in range(num_iters):
            falling = start**(1 - i / max(num_iters - 1, 1))
            residual = _residual(observed, params)
            weights = _weigh(residual, cutoff * falling, min_scale)
            params = fit_polynomial(observed, weights, stage)
    residual = _residual(every, params)
    if shrink > 1:
        weights = torch.ones_like(residual[..., :1, :, :])
        if num_iters:
            weights = _weigh(residual, cutoff, min_scale)
    return BackgroundFit(
        flow=(every - residual).to(flow.dtype),
        residual=residual.to(flow.dtype),
        weights=weights[..., 0, :, :].to(flow.dtype),
        params=params[..., 0, :, :],
        scale=_robust_scale(_length(residual), min_scale).to(flow.dtype),
    )


def _check_settings(
    degree: int,
    num_iters: int,
    cutoff: float,
    start: float,
    min_scale: float,
    shrink: int,
) -> None:
    if num_iters < 0:
        raise ValueError(f'num_iters must not be negative, got {num_iters}')
    if degree not in (0, 1, 2):
        raise ValueError(f'degree must be 0, 1 or 2, got {degree}')
    if cutoff <= 0 or start < 1 or min_scale <= 0:
        raise ValueError(
            'expected cutoff > 0, start >= 1 and min_scale > 0, got '
            f'cutoff={cutoff}, start={start} and min_scale={min_scale}'
        )
    if shrink < 1:
        raise ValueError(f'shrink must be at least 1, got {shrink}')


def _shrink(flow: Tensor, factor: int) -> Tensor:
    """Means over squares of pixels; unit coordinates stay what they are."""
    if factor == 1:
        return flow
    rows, columns = (
        _part_means(side, max(1, side // factor)).to(flow)
        for side in flow.shape[-2:]
    )
    with torch.autocast(flow.device.type, enabled=False):
        return rows @ flow @ columns.mT


def _part_means(size: int, num_parts: int) -> Tensor:
    """(num_parts, size) factors: means over equal parts of an axis."""
    length = size / num_parts
    start = torch.arange(num_parts, dtype=torch.float64)[:, None] * length
    pixel = torch.arange(size, dtype=torch.float64)
    overlap = (start + length).minimum(pixel + 1) - start.maximum(pixel)
    return overlap.clamp(min=0) / length


def _weigh(residual: Tensor, cutoff: float, min_scale: float) -> Tensor:
    """(..., 1, h, w) Geman-McClure weights of residuals (..., 2, h, w)."""
    length = _length(residual)
    scale = cutoff * _robust_scale(length, min_scale)
    weights = (1 + (length / scale[..., None, None])**2)**-2
    return weights[..., None, :, :]


def _residual(flow: Tensor, params: Tensor) -> Tensor:
    size = (flow.shape[-2], flow.shape[-1])
    fitted = evaluate_polynomial(params, size, flow.dtype)
    return flow - fitted.squeeze(-4)


def otsu_threshold(values: Tensor, num_bins: int = 256) -> Tensor:
    """Value that splits the pixels of an image into two classes.

    Maximises the variance between both classes over the histogram of the
    values, from zero to the largest one.

    Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms",
    IEEE SMC 1979.

    Args:
        values: (..., h, w) non-negative values.
        num_bins: Number of equal intervals of the histogram.

    Returns:
        (...) threshold; values above it are the upper class. Where all
        values are equal it is that value, and nothing lies above.

    Raises:
        ValueError: If there are fewer than two bins, or a value is negative
            or not finite.
    """
    if num_bins < 2:
        raise ValueError(f'num_bins must be at least 2, got {num_bins}')
    pixels = values.double().flatten(-2)
    smallest, largest = pixels.aminmax(dim=-1, keepdim=True)
    # NaN is neither; a single one makes both extremes of its image NaN.
    if not ((smallest >= 0) & (largest < math.inf)).all():
        raise ValueError(
            'expected finite values of at least 0, got values from '
            f'{smallest.min().item():g} to {largest.max().item():g}'
        )
    width = largest / num_bins
    scaled = pixels / width.clamp(min=torch.finfo(pixels.dtype).tiny)
    index = scaled.long().clamp(max=num_bins - 1)
    zeros = pixels.new_zeros(*pixels.shape[:-1], num_bins)
    count = zeros.scatter_add(-1, index, torch.ones_like(pixels)).cumsum(-1)
    total = zeros.scatter_add(-1, index, pixels).cumsum(-1)
    above, total_above = count[..., -1:] - count, total[..., -1:] - total
    means = total / count.clamp(min=1) - total_above / above.clamp(min=1)
    between = count * above * means**2
    best = between.argmax(dim=-1, keepdim=True)
    threshold = (best + 1) * width
    flat = between.amax(dim=-1, keepdim=True) <= 0
    return torch.where(flat, largest, threshold)[..., 0].to(values.dtype)


def motion_saliency(flows: Tensor,
                    degree: int = 2,
                    min_length: float = 0.05) -> tuple[Tensor, Tensor]:
    """How far every pixel departs from the motion of the background.

    Args:
        flows: (..., N, 2, h, w) flows from one frame to N others, in pixels.
            The residual lengths of the N robust fits are averaged.
        degree: Degree of the background motion.
        min_length: Lower limit of the threshold in pixels, so that rounding
            does not pass for motion where nothing moves.

    Returns:
        (..., h, w) mean length of the residual, and the (..., 1, 1) threshold
        in the same unit above which a pixel moves by itself.

    Raises:
        ValueError: If the shape is another or there is no flow.
    """
    if flows.ndim < 4 or flows.shape[-4] < 1:
        raise ValueError(
            'flows must be (..., N, 2, h, w) with N at least 1, got '
            f'{tuple(flows.shape)}'
        )
    length = _length(fit_background(flows, degree).residual).mean(dim=-3)
    threshold = otsu_threshold(length).clamp(min=min_length)
    return length, threshold[..., None, None]
