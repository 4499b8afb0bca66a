"""A procedurally rendered world of moving layers."""

from .renderer import (
    Coverage,
    cover,
    cover_all,
    render_flow,
    render_frame,
    render_masks,
    render_owner,
    render_visibility,
)
from .scene import Layer, Scene, SceneKey, build_scene
from .sources import check_sources
from .view import View
from .world import WorldSettings

__all__ = [
    'Coverage',
    'Layer',
    'Scene',
    'SceneKey',
    'View',
    'WorldSettings',
    'build_scene',
    'check_sources',
    'cover',
    'cover_all',
    'render_flow',
    'render_frame',
    'render_masks',
    'render_owner',
    'render_visibility',
]
