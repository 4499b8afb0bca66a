"""Training by iterations that resumes without loading old data."""

import logging

from mmengine.logging import print_log
from mmengine.runner import IterBasedTrainLoop
from mmengine.runner.loops import _InfiniteDataloaderIterator
from torch import nn
from torch.utils.data import BatchSampler

from mmmotion.registry import LOOPS

from ..random_state import RandomStream


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

    # The iteration that got the first batch of the iterator.
    _data_start = 0
    # The iteration at whose batch the sampler starts.
    _sampler_start = 0

    def run(self) -> nn.Module:
        """Train from the current to the last iteration."""
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        if self._iter >= self._max_iters:
            print_log(
                f'iteration {self._iter} of {self._max_iters} is done '
                'already: nothing is trained or validated; tools/test.py '
                'evaluates the checkpoint',
                logger='current',
                level=logging.WARNING,
            )
        if self._data_start != self._iter:
            self._start_data(self._iter)
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(self.dataloader_iterator))
            self._decide_current_val_interval()
            if self._should_validate():
                self.runner.val_loop.run()
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model

    def restart_data(self, next_iter: int) -> None:
        """Load the batches to come anew, for the data set has changed.

        What workers have loaded ahead is dropped, and new workers see the
        data set as it is now. No random number of the training is used up.

        Args:
            next_iter: The iteration that gets the next batch.
        """
        # Workers that stay between epochs hold a copy of the data set.
        self.dataloader._iterator = None
        with RandomStream(0).use():
            self._start_data(next_iter)

    def _should_validate(self) -> bool:
        if self.runner.val_loop is None or self._iter < self.val_begin:
            return False
        is_last = self._iter == self._max_iters
        return is_last or self._iter % self.val_interval == 0

    def _start_data(self, next_iter: int) -> None:
        """Make the iterator whose first batch is that of an iteration."""
        batch_sampler = self.dataloader.batch_sampler
        sampler = getattr(batch_sampler, 'sampler', None)
        # Other batch samplers may use any number of draws for a batch.
        is_plain = type(batch_sampler) is BatchSampler
        self._data_start = next_iter
        if is_plain and sampler is not None and hasattr(sampler, 'skip'):
            num_iters = next_iter - self._sampler_start
            sampler.skip(num_iters * batch_sampler.batch_size)
            self._sampler_start = next_iter
            next_iter = 0
        self.dataloader_iterator = _InfiniteDataloaderIterator(self.dataloader)
        if next_iter:
            name = type(sampler).__name__
            print_log(
                f'{name} cannot skip: {next_iter} batches are loaded and '
                'dropped to continue with the right one',
                logger='current',
            )
        for _ in range(next_iter):
            next(self.dataloader_iterator)
