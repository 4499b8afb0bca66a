"""Training that begins on small images."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmotion.registry import HOOKS

from ..model_wrapper import unwrap_model


@HOOKS.register_module()
class TrainScaleHook(Hook):
    """Train on images that grow in steps, and evaluate on full ones.

    Known as progressive resizing: what belongs together is learned on small
    images in a fraction of the time, where it ends exactly on large ones.
    The scale is set before each iteration and depends on its number alone,
    so a resumed run goes on with the right one.

    Args:
        steps: ``(iteration, scale)``: from that iteration on, counted from 0,
            the sides of frames and flows are multiplied by the scale. Before
            the first of them the images are full.

    Raises:
        ValueError: If there is no step, the iterations do not rise, or a
            scale is not in (0, 1].
    """

    def __init__(self, steps: Sequence[tuple[int, float]]) -> None:
        begins = [begin for begin, _ in steps]
        rising = all(a < b for a, b in pairwise(begins))
        if not begins or begins[0] < 0 or not rising:
            raise ValueError(
                'expected steps as (iteration, scale) with rising iterations '
                f'from 0 on, got {list(steps)}'
            )
        if not all(0 < scale <= 1 for _, scale in steps):
            raise ValueError(
                f'expected scales in (0, 1], got steps={list(steps)}'
            )
        self.steps = tuple(steps)

    def scale(self, iteration: int) -> float:
        """Return the scale of an iteration."""
        reached = [scale for begin, scale in self.steps if begin <= iteration]
        return reached[-1] if reached else 1.0

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Set the scale of this iteration."""
        model = unwrap_model(runner.model)
        model.data_preprocessor.train_scale = self.scale(runner.iter)
