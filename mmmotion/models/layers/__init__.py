"""Building blocks that several parts share."""

from .conv_block import ConvBlock
from .convolution import convolve, convolve_broadcast
from .feed_forward import FeedForward
from .norm_relu import norm_relu
from .self_attention import SelfAttention, attention_weights
from .transformer_block import TransformerBlock
from .winograd import winograd_backward

__all__ = [
    'ConvBlock',
    'FeedForward',
    'SelfAttention',
    'TransformerBlock',
    'attention_weights',
    'convolve',
    'convolve_broadcast',
    'norm_relu',
    'winograd_backward',
]
