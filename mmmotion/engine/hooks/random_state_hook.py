"""Random generators that continue where the checkpoint left them."""

import logging
from typing import Any

from mmengine.dist import get_rank, get_world_size
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from mmmotion.engine.random_state import (
    get_random_state,
    seed_rank,
    set_random_state,
)
from mmmotion.registry import HOOKS


@HOOKS.register_module()
class RandomStateHook(Hook):
    """Let every process draw its own numbers, and continue them on a resume.

    The processes start with equal generators; when the model has been built,
    all but the first are seeded anew. The states are stored by
    ``ResumableCheckpointHook``. They are put back right before the first
    iteration, because building the data loaders and the model draws numbers
    as well. Validation draws numbers too (each pass over a data loader draws
    a seed), so the hook hides it from the training: the losses do not depend
    on how often a run is validated.
    """

    # Before the checkpoint hook, which stores the state during a validation.
    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self._resumed: tuple[int, dict[str, Any]] | None = None
        self._training: dict[str, Any] | None = None

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Keep the state of this process until the first iteration."""
        meta = checkpoint.get('meta') or {}
        states = meta.get('random_state')
        if states is None or 'iter' not in meta:
            return
        if len(states) != get_world_size():
            print_log(
                f'The checkpoint was saved by {len(states)} processes and is '
                f'loaded by {get_world_size()}: random states cannot be '
                'restored, a resumed run will not be exactly the same',
                logger='current',
                level=logging.WARNING,
            )
            return
        self._resumed = (meta['iter'], states[get_rank()])

    def before_train(self, runner: Runner) -> None:
        """Part the processes, which have built equal models."""
        seed_rank(runner.seed, get_rank())

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Put the state back once, if the run was resumed."""
        if self._resumed is None:
            return
        saved_iter, state = self._resumed
        self._resumed = None
        # Weights of another run ("load_from") start at iteration 0.
        if runner.iter > 0 and runner.iter == saved_iter:
            set_random_state(state)

    def before_val(self, runner: Runner) -> None:
        """Remember the state of the training."""
        self._training = get_random_state()

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Return to the state of the training before anything is saved."""
        if self._training is not None:
            set_random_state(self._training)

    def after_val(self, runner: Runner) -> None:
        """Return to the state of the training."""
        if self._training is not None:
            set_random_state(self._training)
        self._training = None
