"""Building blocks that several parts share."""

from .conv_block import ConvBlock
from .convolution import convolve, convolve_broadcast
from .norm_relu import norm_relu
from .winograd import winograd_backward

__all__ = [
    'ConvBlock',
    'convolve',
    'convolve_broadcast',
    'norm_relu',
    'winograd_backward',
]
