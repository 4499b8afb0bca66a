"""The convolution of which the flow networks are made."""

from torch import nn

SLOPE = 0.1
"""Slope of the leaky ReLU for negative values, the same everywhere."""


def convolution(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 3,
    stride: int = 1,
    dilation: int = 1,
) -> nn.Sequential:
    """Convolution with bias that keeps the size, then a leaky ReLU.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Side of the kernel, odd.
        stride: Reduction of the size.
        dilation: Distance between the pixels of the kernel.
    """
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding=dilation * (kernel_size // 2),
            dilation=dilation,
        ),
        nn.LeakyReLU(SLOPE),
    )
