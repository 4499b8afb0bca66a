"""Checkpoints that survive a crash and continue a run exactly."""

import logging
import os
from collections import deque
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner

from mmmotion.engine.random_state import gather_random_states
from mmmotion.engine.resume import (
    check_resumable,
    find_resumable_checkpoint,
    write_pointer,
)
from mmmotion.flow.atomic import clean_stale_files
from mmmotion.registry import HOOKS


@HOOKS.register_module()
class ResumableCheckpointHook(CheckpointHook):
    """Save checkpoints so that a killed run loses and changes nothing.

    Differences from mmengine's ``CheckpointHook``: files are written
    atomically; an old file goes only after the new one is whole; the pointer
    ``last_checkpoint`` is atomic and relative to the work directory; the
    random states of all processes are stored; a resume takes the newest file
    that opens. It counts iterations by default. ``save_best='msa'`` keeps the
    weights with the best motion-semantic alignment, which needs no label.

    Args:
        interval: Save every that many iterations (epochs if ``by_epoch``).
        by_epoch: Whether epochs are counted.
        max_keep_ckpts: Number of newest checkpoints that are kept, at least
            2; -1 keeps all.
        backend_args: File backend; the atomic local one if None.
        **kwargs: The other arguments of ``CheckpointHook``.

    Raises:
        ValueError: If ``max_keep_ckpts`` is 0 or 1.
    """

    # save_best='msa' keeps the largest motion-semantic alignment.
    _default_greater_keys = [*CheckpointHook._default_greater_keys, 'msa']

    def __init__(
        self,
        interval: int = -1,
        by_epoch: bool = False,
        max_keep_ckpts: int = 2,
        backend_args: dict[str, Any] | None = None,
        **kwargs: Any,  # handed on to CheckpointHook
    ) -> None:
        if max_keep_ckpts in (0, 1):
            raise ValueError(
                'max_keep_ckpts must be at least 2, so that a damaged file '
                f'does not end a run, or -1 for all; got {max_keep_ckpts}'
            )
        is_remote = '://' in str(kwargs.get('out_dir') or '')
        if backend_args is None and not is_remote:
            backend_args = dict(backend='atomic')
        super().__init__(
            interval=interval,
            by_epoch=by_epoch,
            max_keep_ckpts=max_keep_ckpts,
            backend_args=backend_args,
            **kwargs,
        )

    def before_run(self, runner: Runner) -> None:
        """Choose the checkpoint of an automatic resume.

        mmengine follows ``last_checkpoint`` blindly after this point; a file
        named in ``load_from`` takes that way out of its hands. With
        ``resume='auto'`` the ``load_from`` of the config is for a run that
        has no checkpoint yet.

        Raises:
            FileNotFoundError: If the file to resume from is not there.
            CheckpointError: If a training cannot go on from it.
        """
        named = runner._load_from
        if not runner._resume:
            return
        if runner._resume != 'auto' and named is not None:
            # A test takes what there is.
            is_training = isinstance(runner._train_loop, BaseLoop)
            if is_training and '://' not in str(named):
                check_resumable(named)
            return
        found = find_resumable_checkpoint(runner.work_dir)
        runner._resume = found is not None
        if found is not None:
            runner._load_from = found
            return
        weights = runner._load_from
        print_log(
            f'No checkpoint in {runner.work_dir}: nothing to resume, the run '
            'starts from the beginning' +
            (f', with {weights}' if weights else ''),
            logger='current',
            level=logging.WARNING,
        )

    def before_train(self, runner: Runner) -> None:
        """Prepare the target folder and check the schedule."""
        super().before_train(runner)
        self._relocate_best(runner)
        if is_main_process() and '://' not in self.out_dir:
            clean_stale_files(self.out_dir)
        wrapper = runner.optim_wrapper
        steps = getattr(wrapper, '_accumulative_counts', 1)
        if not self.by_epoch and self.interval % steps:
            print_log(
                f'Checkpoints every {self.interval} iterations fall between '
                f'the optimizer steps ({steps} iterations each): gradients '
                'that wait for a step are not stored, a resume from there is '
                f'not exact. Choose an interval that is a multiple of {steps}',
                logger='current',
                level=logging.WARNING,
            )

    def _relocate_best(self, runner: Runner) -> None:
        """Follow the best checkpoint into a work directory that moved."""
        for key, path in self._best_paths().items():
            if path:
                self._set_best_path(key, self._relocate(path))

    def _relocate(self, path: str) -> str:
        here = os.path.join(self.out_dir, os.path.basename(path))
        return path if os.path.exists(path) else here

    def _save_checkpoint_with_step(
        self, runner: Runner, step: int, meta: dict[str, Any]
    ) -> None:
        """Save, then point to the new file, then remove outdated ones."""
        meta['random_state'] = gather_random_states()
        outdated = self._note_step(runner, step)
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if not is_main_process():
            return
        write_pointer(runner.work_dir, self.last_ckpt)
        for old in outdated:
            path = self.file_backend.join_path(
                self.out_dir, self.filename_tmpl.format(old)
            )
            if self.file_backend.isfile(path):
                self.file_backend.remove(path)

    def _save_best_checkpoint(
        self, runner: Runner, metrics: dict[str, Any]
    ) -> None:
        """Save the best, then remove those that it replaces.

        mmengine removes first; what it does not know of it cannot remove.
        """
        before = self._best_paths()
        for key in before:
            self._set_best_path(key, None)
        super()._save_best_checkpoint(runner, metrics)
        after = self._best_paths()
        for key, old in before.items():
            if after[key] is None:
                self._set_best_path(key, old)
            elif old not in (None, after[key]) and is_main_process():
                if self.file_backend.isfile(old):
                    self.file_backend.remove(old)

    def _best_paths(self) -> dict[str, str | None]:
        """Path of the best file by score, or by '' if there is one score."""
        if hasattr(self, 'best_ckpt_path_dict'):
            return dict(self.best_ckpt_path_dict)
        return {'': getattr(self, 'best_ckpt_path', None)}

    def _set_best_path(self, key: str, path: str | None) -> None:
        if key:
            self.best_ckpt_path_dict[key] = path
        else:
            self.best_ckpt_path = path

    def _note_step(self, runner: Runner, step: int) -> list[int]:
        """Add a step to the kept ones and return those that have to go."""
        if self.max_keep_ckpts <= 0:
            return []
        steps: list[int] = list(getattr(self, 'keep_ckpt_ids', ()))
        if not steps or steps[-1] != step:
            steps.append(step)
        kept = steps[-self.max_keep_ckpts:]
        self.keep_ckpt_ids = deque(kept, self.max_keep_ckpts)
        runner.message_hub.update_info('keep_ckpt_ids', kept)
        return steps[:-len(kept)]
