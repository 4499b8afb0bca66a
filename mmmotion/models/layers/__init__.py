"""Building blocks that several parts share."""

from .conv_block import ConvBlock
from .convolution import convolve, convolve_broadcast
from .feed_forward import FeedForward
from .image_size import fit_size, pad_to_multiple, resize_maps
from .layer_composition import (
    behind_probability,
    compose_layers,
    compose_softly,
    reorder_layers,
)
from .merged_convolution import convolve_merged
from .norm_relu import norm_relu
from .self_attention import SelfAttention, attention_weights
from .sparse_morphology import dilate_sparsely, erode_sparsely
from .std_layer_norm import StdLayerNorm
from .transformer_block import TransformerBlock
from .window_attention import (
    WindowAttention,
    join_windows,
    shifted_window_mask,
    split_windows,
)
from .winograd import winograd_backward

__all__ = [
    'ConvBlock',
    'FeedForward',
    'SelfAttention',
    'StdLayerNorm',
    'TransformerBlock',
    'WindowAttention',
    'attention_weights',
    'behind_probability',
    'compose_layers',
    'compose_softly',
    'convolve',
    'convolve_broadcast',
    'convolve_merged',
    'dilate_sparsely',
    'erode_sparsely',
    'fit_size',
    'join_windows',
    'norm_relu',
    'pad_to_multiple',
    'reorder_layers',
    'resize_maps',
    'shifted_window_mask',
    'split_windows',
    'winograd_backward',
]
