"""Fits from sums of images times polynomials of the position, block by block.

Products with a short left factor, rows first, run at the speed of the memory;
those with a short right factor do not. The images are visited in blocks of
rows that stay in the cache, and the gradients are written by hand, so that
no further image is kept and every mask is written to once.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Values per block: 2 MB each; half and double as many are slower.
_BLOCK = 2**19


class Products(NamedTuple):
    """Functions of the position that are products of a row's and a column's.

    Attributes:
        rows: (..., I, h) float64 functions of the row.
        columns: (..., J, w) float64 functions of the column.
    """

    rows: Tensor
    columns: Tensor


def powers(coordinates: Tensor, degree: int) -> Tensor:
    """Stack the powers of coordinates.

    Args:
        coordinates: (..., n) coordinates.
        degree: Highest power.

    Returns:
        (..., degree + 1, n) powers from 0.
    """
    result = [torch.ones_like(coordinates)]
    for _ in range(degree):
        result.append(result[-1] * coordinates)
    return torch.stack(result, dim=-2)


def _by_blocks(masks: Tensor, *images: Tensor) -> Iterator[list[Tensor]]:
    """Blocks of rows of masks (B, K, h, w) and of images (..., h, n).

    They are views, made together: one by one they would take as long as the
    sums over them. A GPU takes all rows at once.
    """
    height = masks.shape[2]
    step = height
    if not masks.is_cuda:
        step = _BLOCK * height // max(1, masks.numel())
    return map(
        list,
        zip(
            *(image.split(max(1, step), dim=-2) for image in (masks, *images))
        )
    )


def _components(images: Tensor) -> tuple[Tensor, ...]:
    """Two times (B, 1, h, w) of images (B, 2, h, w)."""
    return images.unsqueeze(dim=2).unbind(dim=1)


def _without_autocast(tensor: Tensor) -> torch.autocast:
    return torch.autocast(tensor.device.type, enabled=False)


def _rows_like(products: Products, masks: Tensor) -> Tensor:
    """(B, K, I, h) functions of the row in the type of the masks."""
    rows = products.rows.to(masks.dtype)
    return rows.expand(*masks.shape[:2], -1, -1)


def region_moments(masks: Tensor, products: Products, squared: bool) -> Tensor:
    """Sum weights times every product of a row and a column function.

    Args:
        masks: (B, K, h, w) weights or their roots.
        products: Functions of the position, with or without leading axes
            (B, K).
        squared: Whether the squares of ``masks`` are the weights.

    Returns:
        (B, K, I, J) float64 sums, without gradient.
    """
    with torch.no_grad(), _without_autocast(masks):
        rows = _rows_like(products, masks)
        sums = torch.zeros(1, dtype=torch.float64, device=masks.device)
        for block, part in _by_blocks(masks, rows.mT):
            sums = sums + part.mT @ (block.square() if squared else block)
        return sums @ products.columns.mT


def _sum_moments(
    masks: Tensor,
    flow: Tensor,
    frame: Products,
    image: Products,
    squared: bool,
) -> tuple[Tensor, Tensor]:
    """Sums (B, K, I, I) of weights and (B, K, 2, J, J) of weighted flow."""
    rows, num_short = _rows_like(frame, masks).mT, len(image.rows)
    mass = torch.zeros(1, dtype=torch.float64, device=masks.device)
    flows = [mass, mass]
    for block, part, *fields in _by_blocks(masks, rows, *_components(flow)):
        weights = block.square() if squared else block
        mass = mass + part.mT @ weights
        short = part[..., :num_short].mT
        for i, field in enumerate(fields):
            flows[i] = flows[i] + short @ (weights * field)
    columns = frame.columns
    return (
        mass @ columns.mT,
        torch.stack(flows, dim=2) @ columns[..., None, :num_short, :].mT,
    )


def expand_products(
    coefficients: Tensor, products: Products, dtype: torch.dtype
) -> Tensor:
    """Add up products of row and column functions at every pixel.

    Args:
        coefficients: (..., I, J) float64 factors.
        products: Functions of the position.
        dtype: Type of the images.

    Returns:
        (..., h, w) images.
    """
    rows = products.rows.mT.to(dtype)
    rows = rows.expand(*coefficients.shape[:-2], -1, -1)
    with _without_autocast(coefficients):
        return rows @ (coefficients @ products.columns).to(dtype)


def _blend(
    masks: Tensor,
    coefficients: Tensor,
    products: Products,
    squared: bool = False,
) -> Tensor:
    """Sum over regions of weights times expanded flow, (B, 2, h, w)."""
    blended = masks.new_empty(len(masks), 2, *masks.shape[-2:])
    lines = _lines(coefficients, products, masks)
    columns = lines.columns.unbind(dim=2)
    for block, rows, *parts in _by_blocks(masks, lines.rows,
                                          *blended.unbind(dim=1)):
        weights = block.square() if squared else block
        for column, part in zip(columns, parts):
            torch.sum((rows @ column).mul_(weights), dim=1, out=part)
    return blended


def _blend_adjoint(masks: Tensor, grad: Tensor, products: Products) -> Tensor:
    """Gradient (B, K, 2, I, J) of the blended flow by its coefficients."""
    zero = torch.zeros(1, dtype=torch.float64, device=masks.device)
    sums = [zero, zero]
    rows = _rows_like(products, masks).mT
    for block, part, *fields in _by_blocks(masks, rows, *_components(grad)):
        for i, field in enumerate(fields):
            sums[i] = sums[i] + part.mT @ (block * field)
    return torch.stack(sums, dim=2) @ products.columns.mT


def _lines(
    coefficients: Tensor, products: Products, masks: Tensor
) -> Products:
    """What is left of an expansion when the columns have been summed up.

    Args:
        coefficients: (B, K, ..., I, J) float64 factors.
        products: Functions of the position.
        masks: (B, K, h, w) masks, whose type the result has.

    Returns:
        Rows (B, K, h, I) and columns (B, K, ..., I, w); their matrix product
        is the expansion.
    """
    columns = products.columns
    if columns.ndim > 2:
        columns = columns.reshape(
            *columns.shape[:2], *[1] * (coefficients.ndim - 4),
            *columns.shape[-2:]
        )
    return Products(
        _rows_like(products, masks).mT,
        (coefficients @ columns).to(masks.dtype)
    )


def _add_products(
    total: Tensor | None,
    rows: Tensor,
    columns: Sequence[Tensor],
    images: Sequence[Tensor],
) -> Tensor:
    """Add a block of expanded flows times images to a block of masks.

    Args:
        total: (B, K, n, w) what to add to, in place; None begins with zero.
        rows: (B, K, n, I) rows of the expansion.
        columns: Two times (B, K, I, w) columns of the expansion.
        images: Two times (B, 1, n, w).
    """
    for column, image in zip(columns, images):
        flow = rows @ column
        if total is None:
            total = flow.mul_(image)
        else:
            total.addcmul_(flow, image)
    assert total is not None
    return total


# Any below: torch's context and returned gradients have no useful types.
class _RegionFit(Function):
    """Moments, their solution and the blended flow as one step of autograd."""

    @staticmethod
    def forward(
        ctx: Any,
        masks: Tensor,
        flow: Tensor,
        frame: Products,
        image: Products,
        solve: Callable[[Tensor, Tensor], Tensor],
        squared: bool,
        blend: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """Fit and blend; see :func:`fit_regions`."""
        ctx.set_materialize_grads(False)
        ctx.frame, ctx.image, ctx.squared = frame, image, squared
        ctx.save_for_backward(masks, flow)
        needs_grad = any(ctx.needs_input_grad)
        with _without_autocast(masks):
            moments = _sum_moments(masks, flow, frame, image, squared)
            with torch.set_grad_enabled(needs_grad):
                for sums in moments:
                    sums.requires_grad_(needs_grad)
                solution = solve(*moments)
            ctx.system = solution, moments
            coefficients = solution.detach()
            blended = _blend(masks, coefficients, image) if blend else None
        return coefficients, blended

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_coefficients: Tensor | None, grad: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        """Gradients of masks and, if needed, flow; blocks as above."""
        masks, flow = ctx.saved_tensors
        solution, moments = ctx.system
        grads = torch.zeros_like(solution)
        if grad_coefficients is not None:
            grads += grad_coefficients
        with _without_autocast(masks):
            if grad is not None:
                grads += _blend_adjoint(masks, grad, ctx.image)
            grad_mass, grad_flows = torch.autograd.grad(
                solution, moments, grads, retain_graph=True
            )
            short = _shorten(ctx.frame, ctx.image)
            grad_flow = None
            if ctx.needs_input_grad[1]:
                grad_flow = _blend(masks, grad_flows, short, ctx.squared)
            factor = 2 if ctx.squared else 1
            mass_lines = _lines(factor * grad_mass, ctx.frame, masks)
            flow_lines = _lines(factor * grad_flows, short, masks)
            blend_lines = _lines(solution.detach(), ctx.image, masks)
            grad_masks = torch.empty_like(masks)
            images = [grad_masks, mass_lines.rows, flow_lines.rows]
            images += _components(flow)
            if grad is not None:
                images += [blend_lines.rows, *_components(grad)]
            mass_columns = mass_lines.columns.flatten(0, 1)
            flow_columns = flow_lines.columns.unbind(dim=2)
            blend_columns = blend_lines.columns.unbind(dim=2)
            for block, out, long, rows, u, v, *blend in _by_blocks(masks,
                                                                   *images):
                part = _add_products(None, rows, flow_columns, (u, v))
                part.flatten(0, 1).baddbmm_(long.flatten(0, 1), mass_columns)
                if ctx.squared:
                    part.mul_(block)
                if blend:
                    _add_products(part, blend[0], blend_columns, blend[1:])
                out.copy_(part)
        return grad_masks, grad_flow, None, None, None, None, None


def _shorten(frame: Products, image: Products) -> Products:
    """As many functions of the frame as the image has."""
    return Products(
        frame.rows[..., :image.rows.shape[-2], :],
        frame.columns[..., :image.columns.shape[-2], :],
    )


def fit_regions(
    masks: Tensor,
    flow: Tensor,
    frame: Products,
    image: Products,
    solve: Callable[[Tensor, Tensor], Tensor],
    squared: bool = False,
    blend: bool = True,
) -> tuple[Tensor, Tensor | None]:
    """Sum up regions, solve for their flow and blend it, differentiable once.

    Args:
        masks: (B, K, h, w) weights of the regions or their roots.
        flow: (B, 2, h, w) flow.
        frame: Functions that the sums are taken with: rows (B, K, I, h) and
            columns (B, K, I, w).
        image: Functions that the solution is expanded in: rows (J, h) and
            columns (J, w), J at most I.
        solve: Differentiable function of (B, K, I, I) sums of the weights
            and (B, K, 2, J, J) sums of weights times flow with the first J
            functions of ``frame``, both in float64 (the sums within a block
            of rows run in the type of the masks); returns (B, K, 2, J, J)
            coefficients of ``image``.
        squared: Whether the squares of ``masks`` are the weights.
        blend: Whether the blended flow is wanted.

    Returns:
        The coefficients (B, K, 2, J, J) in float64, and the flow
        (B, 2, h, w) that the regions blend to with ``masks``, in their type,
        or None.
    """
    return _RegionFit.apply(masks, flow, frame, image, solve, squared, blend)
