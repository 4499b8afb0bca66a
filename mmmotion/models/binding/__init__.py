"""Features to groups."""

from .linear_position_encoding import LinearPositionEncoding
from .query_decoder import QueryDecoder
from .sine_position_encoding import sine_position_encoding
from .slot_attention import SlotAttention

__all__ = [
    'LinearPositionEncoding',
    'QueryDecoder',
    'SlotAttention',
    'sine_position_encoding',
]
