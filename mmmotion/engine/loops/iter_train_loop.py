"""Training by iterations that resumes without loading old data."""

from mmengine.logging import print_log
from mmengine.runner import IterBasedTrainLoop
from mmengine.runner.loops import _InfiniteDataloaderIterator
from torch import nn
from torch.utils.data import BatchSampler

from mmmotion.registry import LOOPS


@LOOPS.register_module()
class IterTrainLoop(IterBasedTrainLoop):
    """Train by iterations; a resume skips data instead of loading it.

    mmengine 0.10 loads and drops every batch that was trained before. Here a
    sampler with a method ``skip(n)``, which moves its start by n draws of
    this process, is told how many draws have been used. Other samplers are
    advanced by loading, as in mmengine.

    Args:
        runner: The runner.
        dataloader: The training data loader or its config.
        max_iters: Number of iterations.
        val_begin: First iteration after which to validate.
        val_interval: Number of iterations between validations.
        dynamic_intervals: Pairs (first iteration, interval) that replace
            ``val_interval`` from there on.
    """

    def run(self) -> nn.Module:
        """Train from the current to the last iteration."""
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        if self._iter > 0:
            self._skip_data(self._iter)
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(self.dataloader_iterator))
            self._decide_current_val_interval()
            if self._should_validate():
                self.runner.val_loop.run()
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model

    def _should_validate(self) -> bool:
        if self.runner.val_loop is None or self._iter < self.val_begin:
            return False
        is_last = self._iter == self._max_iters
        return is_last or self._iter % self.val_interval == 0

    def _skip_data(self, num_iters: int) -> None:
        batch_sampler = self.dataloader.batch_sampler
        sampler = getattr(batch_sampler, 'sampler', None)
        # Other batch samplers may use any number of draws for a batch.
        is_plain = type(batch_sampler) is BatchSampler
        if is_plain and sampler is not None and hasattr(sampler, 'skip'):
            sampler.skip(num_iters * batch_sampler.batch_size)
            # The first iterator has started at the old position.
            self.dataloader_iterator = _InfiniteDataloaderIterator(
                self.dataloader
            )
            return
        name = type(sampler).__name__
        print_log(
            f'{name} cannot skip: {num_iters} batches are loaded and dropped '
            'to continue with the right one',
            logger='current',
        )
        for _ in range(num_iters):
            next(self.dataloader_iterator)
