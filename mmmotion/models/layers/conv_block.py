"""Convolution, normalisation and ReLU."""

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from torch import Tensor, nn

from .convolution import convolve, convolve_broadcast
from .norm_relu import norm_relu


class ConvBlock(nn.Module):
    """Convolution, normalisation and ReLU, with the size kept or doubled.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Side of the kernel, odd.
        upsample: Whether a transposed convolution doubles the size.
        norm: ``'instance'`` (affine, without running statistics), the config
            of a normalisation layer, or None.
        bias: Whether the convolution adds a bias, which a normalisation
            subtracts again.
        negative_slope: Slope of the ReLU below zero.

    Raises:
        ValueError: If the kernel is even or the norm is another word.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 5,
        upsample: bool = False,
        norm: str | dict | None = 'instance',
        bias: bool = True,
        negative_slope: float = 0.0,
    ) -> None:
        super().__init__()
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f'kernel_size must be odd, got {kernel_size}')
        padding = kernel_size // 2
        self.upsample = upsample
        self.negative_slope = negative_slope
        self.conv: nn.Conv2d | nn.ConvTranspose2d
        if upsample:
            self.conv = nn.ConvTranspose2d(
                in_channels,
                out_channels,
                kernel_size,
                stride=2,
                padding=padding,
                output_padding=1,
                bias=bias,
            )
        else:
            self.conv = nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                padding=padding,
                bias=bias,
            )
        self.norm = _build_norm(norm, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, h, w) to (B, C', h, w), or to twice the size."""
        if not self._is_fused(x):
            return self._activate(self.norm(self.conv(x)))
        return self._finish(convolve(x, self.conv.weight, self.upsample))

    def forward_broadcast(self, vectors: Tensor, grid: Tensor) -> Tensor:
        """Do the same with vectors that are repeated over a grid.

        Args:
            vectors: (B, C) vectors.
            grid: (C, h, w) what is added in each cell.

        Returns:
            (B, C', 2h, 2w).

        Raises:
            ValueError: If the block does not double the size.
        """
        if not self.upsample:
            raise ValueError('forward_broadcast needs upsample=True')
        x = convolve_broadcast(vectors, grid, self.conv.weight)
        if self._is_fused(x):
            return self._finish(x)
        if self.conv.bias is not None:
            x = x + self.conv.bias[:, None, None]
        return self._activate(self.norm(x))

    def _activate(self, x: Tensor) -> Tensor:
        if self.negative_slope:
            return F.leaky_relu_(x, self.negative_slope)
        return x.relu_()

    def _finish(self, x: Tensor) -> Tensor:
        assert isinstance(self.norm, nn.InstanceNorm2d)
        assert self.conv.bias is not None
        return norm_relu(
            x,
            self.conv.bias,
            self.norm.weight,
            self.norm.bias,
            self.norm.eps,
        )

    def _is_fused(self, x: Tensor) -> bool:
        # With fewer digits sums of products lose what torch keeps by adding
        # up in float32.
        return (
            x.device.type == 'cpu' and not torch.is_autocast_enabled('cpu')
            and x.dtype == self.conv.weight.dtype
            and x.dtype in (torch.float32, torch.float64)
            and self.conv.bias is not None and not self.negative_slope
            and isinstance(self.norm, nn.InstanceNorm2d) and self.norm.affine
            and not self.norm.track_running_stats
        )


def _build_norm(norm: str | dict | None, channels: int) -> nn.Module:
    if norm is None:
        return nn.Identity()
    if norm == 'instance':
        return nn.InstanceNorm2d(channels, affine=True)
    if isinstance(norm, dict):
        return build_norm_layer(norm, channels)[1]
    raise ValueError(
        "norm must be 'instance', the config of a norm layer or None, got "
        f'{norm!r}'
    )
