"""Building blocks that several parts share."""

from .conv_block import ConvBlock

__all__ = ['ConvBlock']
