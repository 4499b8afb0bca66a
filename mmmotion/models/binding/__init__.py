"""Features to groups."""

from .coordinate_encoding import CoordinateEncoding
from .layer_queries import LayerQueries, LayerTokens
from .linear_position_encoding import LinearPositionEncoding
from .query_decoder import QueryDecoder
from .segment_pooling import SegmentPooling
from .sine_position_encoding import sine_position_encoding
from .slot_attention import SlotAttention

__all__ = [
    'CoordinateEncoding',
    'LayerQueries',
    'LayerTokens',
    'LinearPositionEncoding',
    'QueryDecoder',
    'SegmentPooling',
    'SlotAttention',
    'sine_position_encoding',
]
