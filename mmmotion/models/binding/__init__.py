"""Features to groups."""

from .linear_position_encoding import LinearPositionEncoding
from .query_decoder import QueryDecoder
from .segment_pooling import SegmentPooling
from .sine_position_encoding import sine_position_encoding
from .slot_attention import SlotAttention

__all__ = [
    'LinearPositionEncoding',
    'QueryDecoder',
    'SegmentPooling',
    'SlotAttention',
    'sine_position_encoding',
]
