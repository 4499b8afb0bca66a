"""Features or groups to mask logits."""

from .fcn_head import FCNHead
from .slot_decoder import Layers, SlotDecoder

__all__ = ['FCNHead', 'Layers', 'SlotDecoder']
