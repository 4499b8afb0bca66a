"""Instance normalisation and ReLU as one operation."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def _pixels(x: Tensor) -> list[Tensor]:
    """Pixels (H * W, C) of each image of x in the last-channel layout."""
    return list(x.permute(0, 2, 3, 1).flatten(1, 2).unbind(0))


class _NormReLU(torch.autograd.Function):
    """Image by image, because one image stays in the cache."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        bias: Tensor,
        gamma: Tensor,
        beta: Tensor,
        eps: float,
    ) -> Tensor:
        """Normalise (B, C, H, W), see :func:`norm_relu`."""
        x = x.contiguous(memory_format=torch.channels_last)
        out = torch.empty_like(x)
        moments = []
        for pixels, result in zip(_pixels(x), _pixels(out)):
            mean = pixels.mean(dim=0)
            variance = (pixels - mean).square_().mean(dim=0)
            scale = (variance + eps).rsqrt()
            factor = gamma * scale
            shift = beta - mean * factor
            torch.addcmul(shift, pixels, factor, out=result).relu_()
            moments.append(torch.stack([mean, scale]))
        ctx.save_for_backward(x, out, gamma, torch.stack(moments))
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, bias, gamma and beta."""
        x, out, gamma, moments = ctx.saved_tensors
        grad = grad.contiguous(memory_format=torch.channels_last)
        x_grad = torch.empty_like(x)
        gammas, betas = [], []
        for pixels, result, dy, dx, (mean, scale) in zip(*map(
                _pixels, (x, out, grad, x_grad)), moments):
            dy = torch.ops.aten.threshold_backward(dy, result, 0)
            betas.append(dy.sum(dim=0))
            normalized = (pixels - mean).mul_(scale)
            gammas.append(torch.mul(dy, normalized, out=dx).sum(dim=0))
            dy.sub_(betas[-1] / len(dy))
            dy.addcmul_(normalized, gammas[-1] / -len(dy))
            torch.mul(dy, gamma * scale, out=dx)
        return (
            x_grad,
            torch.zeros_like(gamma),
            torch.stack(gammas).sum(dim=0),
            torch.stack(betas).sum(dim=0),
            None,
        )


def norm_relu(
    x: Tensor,
    bias: Tensor,
    gamma: Tensor,
    beta: Tensor,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each image, and cut at zero.

    Equals the two operations of torch up to rounding; it is made for a CPU.
    There is no second derivative.

    Args:
        x: (B, C, h, w) result of a convolution without its bias.
        bias: (C) that bias. The normalisation would subtract it again, so it
            is not added and its gradient is zero.
        gamma: (C) scale after the normalisation.
        beta: (C) shift after the normalisation.
        eps: Added to the variance.

    Returns:
        (B, C, h, w) in the last-channel layout.
    """
    return _NormReLU.apply(x, bias, gamma, beta, eps)
