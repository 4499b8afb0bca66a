"""Checkpoints that open with a bare ``torch.load`` anywhere."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmotion.engine.plain_state import (
    plain_checkpoint,
    restore_history_buffers,
)
from mmmotion.registry import HOOKS


@HOOKS.register_module()
class PlainCheckpointHook(Hook):
    """Store nothing but tensors and plain values in checkpoints.

    mmengine 0.10 stores its history buffers and numpy values, so that its own
    files do not load on torch 2.6 and later, where loading does not execute
    code.
    """

    # Last, so that what other hooks add to a checkpoint becomes plain too.
    priority = 'LOWEST'

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Make the content plain."""
        plain_checkpoint(checkpoint)

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Make the objects again that mmengine expects."""
        restore_history_buffers(checkpoint)
