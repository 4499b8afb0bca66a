"""Convolutions whose gradients are cheap on a CPU."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from .winograd import winograd_backward

# Number of channels by kernel size from which on Winograd's gradients are
# faster; with fewer the products are too small to gain from transforms.
_MIN_CHANNELS = {3: 48, 5: 32}


def _backward(
    x: Tensor, weight: Tensor, grad: Tensor, upsample: bool, with_input: bool
) -> tuple[Tensor | None, Tensor]:
    """Gradients of x, if wanted, and of the weight."""
    kernel_size = weight.shape[-1]
    min_channels = _MIN_CHANNELS.get(kernel_size)
    if (not upsample and min_channels is not None
            and min(weight.shape[:2]) >= min_channels):
        return winograd_backward(x, weight, grad, with_input)
    padding = [kernel_size // 2] * 2
    stride, extra = ([2, 2], [1, 1]) if upsample else ([1, 1], [0, 0])
    grad = grad.contiguous(memory_format=torch.channels_last)
    x_grad, weight_grad, _ = torch.ops.aten.convolution_backward(
        grad, x, weight, None, stride, padding, [1, 1], upsample, extra, 1,
        [with_input, True, False]
    )
    return x_grad, weight_grad


def _double(x: Tensor, weight: Tensor) -> Tensor:
    """Transposed convolution that doubles the size."""
    padding = weight.shape[-1] // 2
    return F.conv_transpose2d(
        x, weight, stride=2, padding=padding, output_padding=1
    )


class _Convolution(torch.autograd.Function):

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, upsample: bool) -> Tensor:
        """Convolve (B, C, h, w), see :func:`convolve`."""
        x = x.contiguous(memory_format=torch.channels_last)
        ctx.save_for_backward(x, weight)
        ctx.upsample = upsample
        if upsample:
            out = _double(x, weight)
        else:
            out = F.conv2d(x, weight, padding=weight.shape[-1] // 2)
        return out.contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x and weight."""
        x, weight = ctx.saved_tensors
        grads = _backward(
            x, weight, grad, ctx.upsample, ctx.needs_input_grad[0]
        )
        return *grads, None


def convolve(x: Tensor, weight: Tensor, upsample: bool = False) -> Tensor:
    """Convolve so that the size is kept or doubled, without bias.

    The result is that of torch. The gradients of a convolution with many
    channels come from :mod:`~mmmotion.models.layers.winograd` and differ from
    those of torch by more rounding errors, about 1e-5 of their size. There is
    no second derivative.

    Args:
        x: (B, C, h, w) input.
        weight: (C', C, r, r) kernels, or (C, C', r, r) of a transposed
            convolution; r odd.
        upsample: Whether a transposed convolution doubles the size.

    Returns:
        (B, C', h, w), or twice the size, in the last-channel layout.
    """
    return _Convolution.apply(x, weight, upsample)


def convolve_broadcast(
    vectors: Tensor, grid: Tensor, weight: Tensor
) -> Tensor:
    """Double the size of vectors that are repeated over a grid.

    Equals the transposed convolution of ``vectors[..., None, None] + grid``.
    As it is linear, the grid is convolved once for all vectors, and the
    vectors on a grid so small that only the result near the border and two
    rows between are different; those are repeated.

    Args:
        vectors: (B, C) vectors.
        grid: (C, h, w) what is added in each cell.
        weight: (C, C', r, r) kernels of the transposed convolution; r odd.

    Returns:
        (B, C', 2h, 2w).
    """
    padding = weight.shape[-1] // 2
    border = padding + padding % 2
    small = [min(side, border + 1) for side in grid.shape[1:]]
    out = _double(vectors[:, :, None, None].expand(-1, -1, *small), weight)
    for dim, side in enumerate(grid.shape[1:], start=2):
        index = _repetition(side, small[dim - 2], border)
        out = out.index_select(dim, index.to(out.device))
    return out + _double(grid[None], weight)


def _repetition(side: int, small: int, border: int) -> Tensor:
    """Row of the small result that each of 2 * side rows equals."""
    rows = torch.arange(2 * side)
    if small == side:
        return rows
    middle = border + rows % 2
    from_end = rows - 2 * side + 2 * small
    rows = torch.where(rows < border, rows, middle)
    return torch.where(from_end >= border + 2, from_end, rows)
