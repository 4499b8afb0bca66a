"""Features or groups to mask logits."""

from .fcn_head import FCNHead
from .maskformer_head import MaskFormerHead
from .multi_scale_pixel_decoder import MultiScalePixelDecoder
from .pair_head import PairHead
from .slot_decoder import Layers, SlotDecoder

__all__ = [
    'FCNHead',
    'Layers',
    'MaskFormerHead',
    'MultiScalePixelDecoder',
    'PairHead',
    'SlotDecoder',
]
