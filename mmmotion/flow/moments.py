"""Sums of images times polynomials of the position, and their adjoints.

Products with a short left factor, rows first, run at the speed of the memory;
those with a short right factor do not. The images are visited in blocks of
rows that stay in the cache, and both directions are written by hand, so that
no further image is kept or even made.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Values per block: 2 MB each; half and double as many are slower.
_BLOCK = 2**19


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


def _blocks(images: Tensor) -> Iterator[slice]:
    """Ranges of rows of (B, K, h, w) images; a GPU takes all at once."""
    height = images.shape[2]
    step = height
    if not images.is_cuda:
        step = max(1, _BLOCK * height // max(1, images.numel()))
    for start in range(0, height, step):
        yield slice(start, start + step)


def _without_autocast(tensor: Tensor) -> torch.autocast:
    return torch.autocast(tensor.device.type, enabled=False)


def region_moments(
    masks: Tensor, rows: Tensor, columns: Tensor, squared: bool
) -> Tensor:
    """Sum weights times every product of a row and a column function.

    Args:
        masks: (B, K, h, w) weights or their roots.
        rows: (I, h) float64 functions of the row.
        columns: (J, w) float64 functions of the column.
        squared: Whether the squares of ``masks`` are the weights.

    Returns:
        (B, K, I, J) float64 sums, without gradient.
    """
    with torch.no_grad(), _without_autocast(masks):
        rows = rows.to(masks.dtype).expand(*masks.shape[:2], -1, -1)
        sums = torch.zeros(1, dtype=torch.float64, device=masks.device)
        for block in _blocks(masks):
            weights = masks[:, :, block]
            weights = weights.square() if squared else weights
            sums = sums + rows[..., block] @ weights
        return sums @ columns.mT


# Any below: torch's context and returned gradients have no useful types.
class _WeightedMoments(Function):
    """Sums of weights, and of weights times flow, as one step of autograd."""

    @staticmethod
    def forward(
        ctx: Any,
        masks: Tensor,
        flow: Tensor,
        rows: Tensor,
        columns: Tensor,
        num_short: int,
        squared: bool,
    ) -> tuple[Tensor, Tensor]:
        """Sum up the blocks; see :func:`weighted_moments`."""
        ctx.save_for_backward(masks, flow, rows, columns)
        ctx.num_short, ctx.squared = num_short, squared
        with _without_autocast(masks):
            rows = rows.to(masks.dtype)
            mass = torch.zeros(1, dtype=torch.float64, device=masks.device)
            flows = [mass, mass]
            for block in _blocks(masks):
                weights = masks[:, :, block]
                weights = weights.square() if squared else weights
                mass = mass + rows[..., block] @ weights
                short = rows[:, :, :num_short, block]
                for i in range(2):
                    part = weights * flow[:, i, None, block]
                    flows[i] = flows[i] + short @ part
            return (
                mass @ columns.mT,
                torch.stack(flows, dim=2) @ columns[:, :, None, :num_short].mT,
            )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_mass: Tensor, grad_flows: Tensor) -> Any:
        """Gradients of masks and, if needed, flow; blocks as above."""
        masks, flow, rows, columns = ctx.saved_tensors
        num = ctx.num_short
        grad = torch.empty_like(masks)
        grad_flow = None
        if ctx.needs_input_grad[1]:
            grad_flow = torch.empty_like(flow)
        with _without_autocast(masks):
            factor = 2 if ctx.squared else 1
            mass = (factor * grad_mass @ columns).to(masks.dtype)
            flows = grad_flows @ columns[:, :, None, :num]
            flows = (factor * flows).to(masks.dtype)
            rows = rows.mT.to(masks.dtype)
            for block in _blocks(masks):
                weights = masks[:, :, block]
                part = rows[:, :, block] @ mass
                for i in range(2):
                    along = rows[:, :, block, :num] @ flows[:, :, i]
                    part.addcmul_(along, flow[:, i, None, block])
                    if grad_flow is not None:
                        along.mul_(weights)
                        if ctx.squared:
                            along.mul_(weights).div_(factor)
                        grad_flow[:, i, block] = along.sum(dim=1)
                if ctx.squared:
                    torch.mul(part, weights, out=grad[:, :, block])
                else:
                    grad[:, :, block] = part
        return grad, grad_flow, None, None, None, None


def weighted_moments(
    masks: Tensor,
    flow: Tensor,
    rows: Tensor,
    columns: Tensor,
    num_short: int,
    squared: bool = False,
) -> tuple[Tensor, Tensor]:
    """Moments of regions and of the flow inside them, differentiable once.

    Args:
        masks: (B, K, h, w) weights of the regions or their roots.
        flow: (B, 2, h, w) flow.
        rows: (B, K, I, h) float64 functions of the row.
        columns: (B, K, I, w) float64 functions of the column.
        num_short: J, how many of the functions the flow is summed with.
        squared: Whether the squares of ``masks`` are the weights.

    Returns:
        (B, K, I, I) sums of the weights and (B, K, 2, J, J) sums of weights
        times flow, both in float64; the sums within a block of rows run in
        the type of the masks.
    """
    return _WeightedMoments.apply(
        masks, flow, rows, columns, num_short, squared
    )


def expand_products(
    coefficients: Tensor, rows: Tensor, columns: Tensor, dtype: torch.dtype
) -> Tensor:
    """Add up products of row and column functions at every pixel.

    Args:
        coefficients: (..., I, J) float64 factors.
        rows: (I, h) float64 functions of the row.
        columns: (J, w) float64 functions of the column.
        dtype: Type of the images.

    Returns:
        (..., h, w) images.
    """
    rows = rows.mT.to(dtype).expand(*coefficients.shape[:-2], -1, -1)
    with _without_autocast(coefficients):
        return rows @ (coefficients @ columns).to(dtype)


class _BlendProducts(Function):
    """Sum over regions of mask times flow, as one step of autograd."""

    @staticmethod
    def forward(
        ctx: Any,
        masks: Tensor,
        coefficients: Tensor,
        rows: Tensor,
        columns: Tensor,
    ) -> Tensor:
        """Blend block by block; see :func:`blend_products`."""
        ctx.save_for_backward(masks, coefficients, rows, columns)
        batch, groups, h, w = masks.shape
        blended = masks.new_empty(batch, 2, h, w)
        with _without_autocast(masks):
            along = (coefficients @ columns).to(masks.dtype)
            rows = rows.mT.to(masks.dtype).expand(batch, groups, -1, -1)
            for block in _blocks(masks):
                for i in range(2):
                    part = rows[:, :, block] @ along[:, :, i]
                    part.mul_(masks[:, :, block])
                    torch.sum(part, dim=1, out=blended[:, i, block])
        return blended

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        """Gradients of masks and coefficients; blocks as above."""
        masks, coefficients, rows, columns = ctx.saved_tensors
        grad_masks = torch.empty_like(masks)
        zero = torch.zeros(1, dtype=torch.float64, device=masks.device)
        sums = [zero, zero]
        with _without_autocast(masks):
            along = (coefficients @ columns).to(masks.dtype)
            rows = rows.to(masks.dtype).expand(*masks.shape[:2], -1, -1)
            for block in _blocks(masks):
                grad_u, grad_v = grad[:, :, None, block].unbind(dim=1)
                part = rows[..., block]
                u, v = (part.mT @ along[:, :, i] for i in range(2))
                u.mul_(grad_u)
                torch.addcmul(u, v, grad_v, out=grad_masks[:, :, block])
                for i, grad_i in enumerate((grad_u, grad_v)):
                    torch.mul(masks[:, :, block], grad_i, out=u)
                    sums[i] = sums[i] + part @ u
            grad_coefficients = torch.stack(sums, dim=2) @ columns.mT
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
