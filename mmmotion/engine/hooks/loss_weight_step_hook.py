"""Weights of losses that change in steps during training."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmotion.registry import HOOKS

from ..model_wrapper import unwrap_model


@HOOKS.register_module()
class LossWeightStepHook(Hook):
    """Multiply the weights of losses by a factor at given iterations.

    The weight is set before each iteration and depends on its number alone,
    so a resumed run goes on with the right one. Iterations count from 0.

    Motion Grouping multiplies two weights by 5 whenever it halves the rate,
    every 80,000 iterations; its release changes both one iteration late,
    which is ``every=80000, begin=1``: iterations 0 to 80,000 use the first
    weight, 80,001 to 160,000 the second.

    Args:
        losses: Attributes of the model that hold losses with a
            ``loss_weight``, e.g. ``['loss_entropy']``.
        gamma: Factor of each step.
        every: Number of iterations between steps.
        milestones: First iteration with the next weight, for each step;
            instead of ``every``.
        begin: Iteration from which ``every`` counts.

    Raises:
        ValueError: If not exactly one of ``every`` and ``milestones`` is
            given, ``every`` is below 1, or there are no losses.
    """

    def __init__(
        self,
        losses: Sequence[str],
        gamma: float,
        every: int | None = None,
        milestones: Sequence[int] | None = None,
        begin: int = 0,
    ) -> None:
        if isinstance(losses, str) or not losses:
            raise ValueError(f'expected a list of losses, got {losses!r}')
        if (every is None) == (not milestones):
            raise ValueError(
                'expected either every or milestones, got '
                f'every={every} and milestones={milestones}'
            )
        if every is not None and every < 1:
            raise ValueError(f'every must be at least 1, got {every}')
        self.losses = tuple(losses)
        self.gamma = gamma
        self.every = every
        self.milestones = tuple(milestones or ())
        self.begin = begin
        self._first: dict[str, float] = {}

    def factor(self, iteration: int) -> float:
        """Return the factor on the first weight in an iteration."""
        if self.every is None:
            steps = sum(iteration >= m for m in self.milestones)
        else:
            steps = max(0, iteration - self.begin) // self.every
        return self.gamma**steps

    def before_train(self, runner: Runner) -> None:
        """Remember the weights of the config.

        Raises:
            AttributeError: If the model has no such loss or it no weight.
        """
        for name in self.losses:
            loss = _find(runner, name)
            if not hasattr(loss, 'loss_weight'):
                raise AttributeError(
                    f'LossWeightStepHook: expected {name} of the model to '
                    'be a loss with a loss_weight, got '
                    f'{type(loss).__name__}'
                )
            self._first.setdefault(name, loss.loss_weight)

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Set the weights of this iteration."""
        factor = self.factor(runner.iter)
        for name, weight in self._first.items():
            _find(runner, name).loss_weight = weight * factor


def _find(runner: Runner, name: str) -> Any:  # any module with a weight
    model = unwrap_model(runner.model)
    try:
        return attrgetter(name)(model)
    except AttributeError as error:
        raise AttributeError(
            f'LossWeightStepHook: {type(model).__name__} has no {name}'
        ) from error
