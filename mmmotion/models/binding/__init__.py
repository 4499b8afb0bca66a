"""Features to groups."""

from .linear_position_encoding import LinearPositionEncoding
from .slot_attention import SlotAttention

__all__ = ['LinearPositionEncoding', 'SlotAttention']
