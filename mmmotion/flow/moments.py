"""Sums of images times polynomials of the position, and their adjoints.

Both directions are products with a short left factor, rows first: these run
at the speed of the memory, while products with a short right factor do not.
The functions differentiate by hand, so that no intermediate image is kept.
"""

from typing import Any

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
    coefficients: Tensor,
    rows: Tensor,
    columns: Tensor,
    dtype: torch.dtype,
    out: Tensor | None = None,
) -> Tensor:
    """Add up products of functions, the adjoint of :func:`sum_products`.

    Args:
        coefficients: (..., I, J) float64 factors.
        rows: (..., I, h) float64 functions of the row.
        columns: (..., J, w) float64 functions of the column.
        dtype: Type of the images.
        out: (..., h, w) images to overwrite; new memory costs more than the
            sums.

    Returns:
        (..., h, w) images.
    """
    rows = rows.mT.to(dtype).expand(*coefficients.shape[:-2], -1, -1)
    with torch.autocast(coefficients.device.type, enabled=False):
        return torch.matmul(rows, (coefficients @ columns).to(dtype), out=out)


# Any below: torch's context and returned gradients have no useful types.
class _WeightedMoments(Function):

    @staticmethod
    def forward(
        ctx: Any,
        weights: Tensor,
        flow: Tensor,
        rows: Tensor,
        columns: Tensor,
        num_short: int,
        roots: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(weights, flow, rows, columns, roots)
        ctx.num_short = num_short
        mass = sum_products(weights, rows, columns)
        rows, columns = rows[..., :num_short, :], columns[..., :num_short, :]
        part = torch.empty_like(weights)
        flows = [
            sum_products(
                torch.mul(weights, flow[:, i, None], out=part), rows, columns
            ) for i in range(2)
        ]
        return mass, torch.stack(flows, dim=2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_mass: Tensor, grad_flows: Tensor) -> Any:
        weights, flow, rows, columns, roots = ctx.saved_tensors
        dtype = weights.dtype
        grad = expand_products(grad_mass, rows, columns, dtype)
        rows = rows[..., :ctx.num_short, :]
        columns = columns[..., :ctx.num_short, :]
        part = torch.empty_like(grad)
        grad_flow = None
        if ctx.needs_input_grad[1]:
            grad_flow = torch.empty_like(flow)
        for i in range(2):
            expand_products(grad_flows[:, :, i], rows, columns, dtype, part)
            grad.addcmul_(part, flow[:, i, None])
            if grad_flow is not None:
                grad_flow[:, i] = part.mul_(weights).sum(dim=1)
        if roots is None:
            return grad, grad_flow, None, None, None, None
        grad.mul_(roots).mul_(2)
        return None, grad_flow, None, None, None, grad


def weighted_moments(
    weights: Tensor,
    flow: Tensor,
    rows: Tensor,
    columns: Tensor,
    num_short: int,
    roots: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Moments of regions and of the flow inside them, differentiable once.

    Args:
        weights: (B, K, h, w) weights of the regions.
        flow: (B, 2, h, w) flow.
        rows: (B, K, I, h) float64 functions of the row.
        columns: (B, K, I, w) float64 functions of the column.
        num_short: J, how many of the functions the flow is summed with.
        roots: (B, K, h, w) square roots of the weights, if the gradient is to
            go to them.

    Returns:
        (B, K, I, I) sums of the weights and (B, K, 2, J, J) sums of weights
        times flow, both in float64.
    """
    return _WeightedMoments.apply(
        weights, flow, rows, columns, num_short, roots
    )


class _BlendProducts(Function):

    @staticmethod
    def forward(
        ctx: Any,
        masks: Tensor,
        coefficients: Tensor,
        rows: Tensor,
        columns: Tensor,
    ) -> Tensor:
        ctx.save_for_backward(masks, coefficients, rows, columns)
        part = torch.empty_like(masks)
        blended = []
        for i in range(2):
            expand_products(
                coefficients[:, :, i], rows, columns, masks.dtype, part
            )
            blended.append(part.mul_(masks).sum(dim=1))
        return torch.stack(blended, dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        masks, coefficients, rows, columns = ctx.saved_tensors
        part, grad_masks = torch.empty_like(masks), torch.zeros_like(masks)
        grad_coefficients = torch.empty_like(coefficients)
        for i in range(2):
            grad_i = grad[:, i, None]
            expand_products(
                coefficients[:, :, i], rows, columns, masks.dtype, part
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
