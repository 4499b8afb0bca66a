"""Hooks, one concern each."""

from .panel_visualization_hook import PanelVisualizationHook

__all__ = ['PanelVisualizationHook']
