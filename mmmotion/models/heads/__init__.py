"""Features or groups to mask logits."""

from .depth_order_head import DepthOrderHead
from .fcn_head import FCNHead
from .layer_decoder import LayerDecoder, heat_maps
from .maskformer_head import MaskFormerHead
from .multi_scale_pixel_decoder import MultiScalePixelDecoder
from .pair_head import PairHead
from .skip_decoder import SkipDecoder
from .slot_decoder import Layers, SlotDecoder

__all__ = [
    'DepthOrderHead',
    'FCNHead',
    'LayerDecoder',
    'Layers',
    'MaskFormerHead',
    'MultiScalePixelDecoder',
    'PairHead',
    'SkipDecoder',
    'SlotDecoder',
    'heat_maps',
]
