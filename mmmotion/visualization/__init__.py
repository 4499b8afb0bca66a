"""Overlays, flow pictures, panels, videos and the report."""

from .motion_panel import draw_motion_panel
from .overlay import (
    masks_to_segmentation,
    overlay_segmentation,
    soft_masks_to_image,
)
from .palette import palette
from .panel import compose_panel
from .report import write_report
from .video_writer import write_video

__all__ = [
    'compose_panel',
    'draw_motion_panel',
    'masks_to_segmentation',
    'overlay_segmentation',
    'palette',
    'soft_masks_to_image',
    'write_report',
    'write_video',
]
