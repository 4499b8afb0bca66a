"""Sums of images times polynomials of the position, and their adjoints.

Both directions are products with a short left factor, rows first: these run
at the speed of the memory, while products with a short right factor do not.
The functions differentiate by hand, so that no intermediate image is kept.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable


def powers(coordinates: Tensor, degree: int) -> Tensor:
    """Stack the powers of coordinates.

    Args:
        coordinates: (..., n) coordinates.
        degree: Highest power.

    Returns:
        (..., degree + 1, n) powers from 0.
    """
    exponents = torch.arange(degree + 1, device=coordinates.device)
    return coordinates[..., None, :]**exponents[:, None]


def sum_products(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Sum images times every product of a row and a column function.

    Args:
        images: (..., h, w) images.
        rows: (..., I, h) float64 functions of the row.
        columns: (..., J, w) float64 functions of the column.

    Returns:
        (..., I, J) sums in float64; those over rows run in the type of the
        images.
    """
    rows = rows.to(images.dtype).expand(*images.shape[:-2], -1, -1)
    with torch.autocast(images.device.type, enabled=False):
        return (rows @ images).double() @ columns.mT


def expand_products(
    coefficients: Tensor, rows: Tensor, columns: Tensor, dtype: torch.dtype
) -> Tensor:
    """Add up products of functions, the adjoint of :func:`sum_products`.

    Args:
        coefficients: (..., I, J) float64 factors.
        rows: (..., I, h) float64 functions of the row.
        columns: (..., J, w) float64 functions of the column.
        dtype: Type of the images.

    Returns:
        (..., h, w) images.
    """
    rows = rows.mT.to(dtype).expand(*coefficients.shape[:-2], -1, -1)
    with torch.autocast(coefficients.device.type, enabled=False):
        return rows @ (coefficients @ columns).to(dtype)


class _WeightedMoments(Function):

    @staticmethod
    def forward(ctx, weights, flow, rows, columns,
                num_short) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(weights, flow, rows, columns)
        ctx.num_short = num_short
        mass = sum_products(weights, rows, columns)
        rows, columns = rows[..., :num_short, :], columns[..., :num_short, :]
        flows = [
            sum_products(weights * flow[:, i, None], rows, columns)
            for i in range(2)
        ]
        return mass, torch.stack(flows, dim=2)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_mass, grad_flows) -> tuple[Tensor | None, ...]:
        weights, flow, rows, columns = ctx.saved_tensors
        dtype = weights.dtype
        grad = expand_products(grad_mass, rows, columns, dtype)
        rows = rows[..., :ctx.num_short, :]
        columns = columns[..., :ctx.num_short, :]
        grad_flow = None
        if ctx.needs_input_grad[1]:
            grad_flow = torch.empty_like(flow)
        for i in range(2):
            part = expand_products(grad_flows[:, :, i], rows, columns, dtype)
            grad.addcmul_(part, flow[:, i, None])
            if grad_flow is not None:
                grad_flow[:, i] = part.mul_(weights).sum(dim=1)
        return grad, grad_flow, None, None, None


def weighted_moments(
    weights: Tensor,
    flow: Tensor,
    rows: Tensor,
    columns: Tensor,
    num_short: int,
) -> tuple[Tensor, Tensor]:
    """Moments of regions and of the flow inside them, differentiable once.

    Args:
        weights: (B, K, h, w) weights of the regions.
        flow: (B, 2, h, w) flow.
        rows: (B, K, I, h) float64 functions of the row.
        columns: (B, K, I, w) float64 functions of the column.
        num_short: J, how many of the functions the flow is summed with.

    Returns:
        (B, K, I, I) sums of the weights and (B, K, 2, J, J) sums of weights
        times flow, both in float64.
    """
    return _WeightedMoments.apply(weights, flow, rows, columns, num_short)


class _BlendProducts(Function):

    @staticmethod
    def forward(ctx, masks, coefficients, rows, columns) -> Tensor:
        ctx.save_for_backward(masks, coefficients, rows, columns)
        blended = [
            expand_products(coefficients[:, :, i], rows, columns,
                            masks.dtype).mul_(masks).sum(dim=1)
            for i in range(2)
        ]
        return torch.stack(blended, dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad) -> tuple[Tensor | None, ...]:
        masks, coefficients, rows, columns = ctx.saved_tensors
        grad_masks = torch.zeros_like(masks)
        grad_coefficients = torch.empty_like(coefficients)
        for i in range(2):
            grad_i = grad[:, i, None]
            part = expand_products(
                coefficients[:, :, i], rows, columns, masks.dtype
            )
            grad_masks.addcmul_(part, grad_i)
            grad_coefficients[:, :, i] = sum_products(
                torch.mul(masks, grad_i, out=part), rows, columns
            )
        return grad_masks, grad_coefficients, None, None


def blend_products(
    masks: Tensor, coefficients: Tensor, rows: Tensor, columns: Tensor
) -> Tensor:
    """Blend the flows of all regions with their masks, differentiable once.

    Args:
        masks: (B, K, h, w) soft masks.
        coefficients: (B, K, 2, I, J) float64 factors of the products.
        rows: (I, h) float64 functions of the row.
        columns: (J, w) float64 functions of the column.

    Returns:
        (B, 2, h, w) flow in the type of the masks.
    """
    return _BlendProducts.apply(masks, coefficients, rows, columns)
