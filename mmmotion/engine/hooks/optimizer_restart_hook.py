"""A new start of the optimizer within a training."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner

from mmmotion.registry import HOOKS


@HOOKS.register_module()
class OptimizerRestartHook(Hook):
    """Forget what the optimizer has gathered, and set its rate, once.

    So a stage of a training starts as a training of its own would. A
    scheduler that begins at the same iteration goes on from this rate.

    Args:
        begin: The iteration, counted from 0, before which it happens.
        lr_factor: The rate, as a multiple of that of ``optim_wrapper``; None
            leaves the rate as it is.

    Raises:
        ValueError: If an argument is out of its range.
    """

    # Before the rate is logged.
    priority = 'HIGHEST'

    def __init__(self, begin: int, lr_factor: float | None = None) -> None:
        if begin < 0 or (lr_factor is not None and lr_factor <= 0):
            raise ValueError(
                'expected begin not to be negative and lr_factor to be '
                f'positive, got begin={begin} and lr_factor={lr_factor}'
            )
        self.begin = begin
        self.lr_factor = lr_factor

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Restart all optimizers at that iteration."""
        if runner.iter != self.begin:
            return
        wrappers: list[OptimWrapper] = [runner.optim_wrapper]
        if isinstance(runner.optim_wrapper, OptimWrapperDict):
            wrappers = list(runner.optim_wrapper.values())
        for wrapper in wrappers:
            wrapper.optimizer.state.clear()
            for group in wrapper.optimizer.param_groups:
                if self.lr_factor is not None:
                    # Schedulers note the rate before they change it.
                    first = group.get('initial_lr', group['lr'])
                    group['lr'] = self.lr_factor * first
