"""Hooks, one concern each."""

from .checkpoint_match_hook import CheckpointMatchHook
from .panel_visualization_hook import PanelVisualizationHook
from .plain_checkpoint_hook import PlainCheckpointHook
from .random_state_hook import RandomStateHook
from .resumable_checkpoint_hook import ResumableCheckpointHook

__all__ = [
    'CheckpointMatchHook',
    'PanelVisualizationHook',
    'PlainCheckpointHook',
    'RandomStateHook',
    'ResumableCheckpointHook',
]
