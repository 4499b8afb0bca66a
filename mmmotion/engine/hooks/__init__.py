"""Hooks, one concern each."""

from .checkpoint_match_hook import CheckpointMatchHook
from .loss_switch_hook import LossSwitchHook
from .loss_weight_step_hook import LossWeightStepHook
from .object_channel_hook import ObjectChannelHook
from .optimizer_restart_hook import OptimizerRestartHook
from .panel_visualization_hook import PanelVisualizationHook
from .plain_checkpoint_hook import PlainCheckpointHook
from .pseudo_label_hook import PseudoLabelHook
from .random_state_hook import RandomStateHook
from .resumable_checkpoint_hook import ResumableCheckpointHook
from .teacher_label_hook import TeacherLabelHook
from .train_scale_hook import TrainScaleHook

__all__ = [
    'CheckpointMatchHook',
    'LossSwitchHook',
    'LossWeightStepHook',
    'ObjectChannelHook',
    'OptimizerRestartHook',
    'PanelVisualizationHook',
    'PlainCheckpointHook',
    'PseudoLabelHook',
    'RandomStateHook',
    'ResumableCheckpointHook',
    'TeacherLabelHook',
    'TrainScaleHook',
]
