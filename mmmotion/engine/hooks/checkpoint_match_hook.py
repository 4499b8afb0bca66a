"""Weights of another model are an error, those of another meaning are said."""

import logging
from typing import Any

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from mmmotion.engine.checkpoint_io import (
    check_state_dict,
    describe_match,
    find_state_dict,
)
from mmmotion.engine.checkpoint_settings import compare_model_settings
from mmmotion.registry import HOOKS


@HOOKS.register_module()
class CheckpointMatchHook(Hook):
    """Refuse a checkpoint that does not belong to the model.

    mmengine logs the differences and goes on with random weights. Weights
    that fit but were trained as another model, say with another motion model
    or another number of iterations, are used with a warning; converted
    checkpoints do not tell.

    Args:
        strict: Refuse every difference, as ``tools/test.py`` does; otherwise
            only a checkpoint of which nothing fits, so that a training may
            start from a part of the weights; the log says from which.

    Raises:
        CheckpointError: On loading, with a few of the differing keys.
    """

    # Before hooks that copy weights out of the checkpoint.
    priority = 'VERY_HIGH'

    def __init__(self, strict: bool = False) -> None:
        self.strict = strict

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Compare the keys and shapes, then the settings of the model."""
        # The hook is not told the file; the runner knows it where it
        # came from a config or a tool.
        source = getattr(runner, '_load_from', None) or 'the checkpoint'
        weights = find_state_dict(checkpoint)
        check_state_dict(runner.model, weights, source, self.strict)
        if not self.strict:
            print_log(
                f'{source}: {describe_match(runner.model, weights)}',
                logger='current',
            )
        differences = compare_model_settings(
            checkpoint.get('meta') or {},
            runner.cfg.get('model') or {},
        )
        if differences:
            print_log(
                f'{source} fits but was trained with other settings of the '
                f'model, results may differ: {differences}',
                logger='current',
                level=logging.WARNING,
            )
