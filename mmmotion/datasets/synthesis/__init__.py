"""A procedurally rendered world of moving layers."""

from .renderer import (
    Coverage,
    cover,
    cover_all,
    render_flow,
    render_frame,
    render_masks,
    render_owner,
)
from .scene import Layer, Scene, SceneKey, build_scene
from .world import WorldSettings

__all__ = [
    'Coverage',
    'Layer',
    'Scene',
    'SceneKey',
    'WorldSettings',
    'build_scene',
    'cover',
    'cover_all',
    'render_flow',
    'render_frame',
    'render_masks',
    'render_owner',
]
