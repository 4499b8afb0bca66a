"""Losses that are replaced by others during training."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmmotion.registry import HOOKS, MODELS

from ..model_wrapper import unwrap_model


@HOOKS.register_module()
class LossSwitchHook(Hook):
    """Train with one loss first and with another one later.

    Which loss counts is set before each iteration and depends on its number
    alone, so a resumed run goes on with the right one.

    Args:
        loss: Attribute of the model that holds the loss, for instance
            ``'loss_photometric'``.
        steps: ``(iteration, config)``: from that iteration on, counted from
            0, the loss of the config takes the place. Before the first of
            them it is the model's own.

    Raises:
        ValueError: If there is no step, the iterations do not rise, or a
            loss has weights, which no optimizer would train.
    """

    def __init__(self, loss: str, steps: Sequence[tuple[int, dict]]) -> None:
        begins = [begin for begin, _ in steps]
        rising = all(a < b for a, b in pairwise(begins))
        if not begins or begins[0] < 0 or not rising:
            raise ValueError(
                'expected steps as (iteration, config) with rising iterations '
                f'from 0 on, got {list(steps)}'
            )
        self.loss = loss
        self.steps = [(begin, MODELS.build(config)) for begin, config in steps]
        for _, built in self.steps:
            if built.state_dict():
                raise ValueError(
                    f'LossSwitchHook: {type(built).__name__} has weights, '
                    'which would neither be trained nor saved'
                )
        self._own: nn.Module | None = None

    def before_train(self, runner: Runner) -> None:
        """Remember the loss of the config.

        Raises:
            AttributeError: If the model has no such loss.
        """
        model = unwrap_model(runner.model)
        if not isinstance(getattr(model, self.loss, None), nn.Module):
            raise AttributeError(
                f'LossSwitchHook: {type(model).__name__} has no loss '
                f'{self.loss!r}'
            )
        if self._own is None:
            self._own = getattr(model, self.loss)

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Set the loss of this iteration."""
        reached = [loss for begin, loss in self.steps if begin <= runner.iter]
        setattr(
            unwrap_model(runner.model), self.loss, [self._own, *reached][-1]
        )
