"""What is written about a video."""

from .davis_png import write_davis_png
from .objects_json import ObjectsWriter, encode_rle
from .overlay import write_overlay
from .result_json import (
    track_from_json,
    track_to_json,
    write_result_json,
)
from .soft_mask_archive import write_soft_masks

__all__ = [
    'ObjectsWriter',
    'encode_rle',
    'track_from_json',
    'track_to_json',
    'write_davis_png',
    'write_overlay',
    'write_result_json',
    'write_soft_masks',
]
