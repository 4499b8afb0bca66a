"""The runner of mmengine with better errors and a better memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from torch import nn
from torch.utils.data import DataLoader

from mmmotion.registry import OPTIMIZERS, RUNNERS

from .config_check import ConfigError

# Data loaders are built by a static method, which cannot ask the runner.
_LOADER_KEY = ContextVar('_LOADER_KEY', default='dataloader')

_Schedulers = list | dict  # of schedulers or their configs


@RUNNERS.register_module()
class MotionRunner(Runner):
    """Name the key of the config in errors, and keep a training's config.

    The error of a data set begins with the key of its data loader. What goes
    wrong when the optimizer, a scheduler or a hook is built becomes one
    ``ConfigError`` that shows the part of the config.

    mmengine writes the config of every run to ``<work_dir>/<config>.py``, so
    that an evaluation in the folder of a training replaces what the model was
    trained with. Here only a training writes there; the config of a
    validation or test goes to the folder of its log, which no other run has.
    """

    def train(self) -> nn.Module:
        """Train, after the config was written to the work directory."""
        self._write_config(self.work_dir)
        return super().train()

    def val(self) -> dict:
        """Validate, after the config was written beside the log."""
        self._write_config(self.log_dir)
        return super().val()

    def test(self) -> dict:
        """Test, after the config was written beside the log."""
        self._write_config(self.log_dir)
        return super().test()

    def dump_config(self) -> None:
        """Write nothing yet: the runner does not know what it is for."""

    def build_train_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Build the loop and remember which data loader is its own."""
        with _set_key('train_dataloader'):
            return super().build_train_loop(loop)

    def build_val_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Build the loop and remember which data loader is its own."""
        with _set_key('val_dataloader'):
            return super().build_val_loop(loop)

    def build_test_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Build the loop and remember which data loader is its own."""
        with _set_key('test_dataloader'):
            return super().build_test_loop(loop)

    @staticmethod
    def build_dataloader(
        dataloader: DataLoader | dict,
        seed: int | None = None,
        diff_rank_seed: bool = False,
    ) -> DataLoader:
        """Build the data loader of the loop that is being built."""
        with _prefix(_LOADER_KEY.get()):
            return Runner.build_dataloader(dataloader, seed, diff_rank_seed)

    def build_optim_wrapper(
        self, optim_wrapper: OptimWrapper | dict
    ) -> OptimWrapper:
        """Build the optimizer and its wrapper."""
        _check_optimizer(optim_wrapper)
        with _explain('optim_wrapper', optim_wrapper):
            return super().build_optim_wrapper(optim_wrapper)

    def build_param_scheduler(self, scheduler: _Schedulers) -> _Schedulers:
        """Build the schedulers, one by one if there is one optimizer."""
        several = isinstance(self.optim_wrapper, OptimWrapperDict)
        if several or not isinstance(scheduler, list):
            with _explain('param_scheduler', scheduler):
                return super().build_param_scheduler(scheduler)
        built: list = []
        for i, part in enumerate(scheduler):
            with _explain(f'param_scheduler[{i}]', part):
                built += super().build_param_scheduler([part])
        return built

    def register_hook(
        self,
        hook: Hook | dict,
        priority: Any = None,  # an int, a name or mmengine's Priority
    ) -> None:
        """Build a hook and put it where its priority belongs."""
        with _explain(self._find_key(hook), hook):
            super().register_hook(hook, priority)

    def _find_key(self, hook: Hook | dict) -> str:
        for name, part in (self.cfg.get('default_hooks') or {}).items():
            if part == hook:
                return f'default_hooks.{name}'
        for i, part in enumerate(self.cfg.get('custom_hooks') or ()):
            if part == hook:
                return f'custom_hooks[{i}]'
        return 'hook'

    @master_only
    def _write_config(self, folder: str) -> None:
        name = Path(self.cfg.filename or f'{self.timestamp}.py').name
        self.cfg.dump(Path(folder, name))


def _check_optimizer(optim_wrapper: OptimWrapper | dict) -> None:
    """Refuse an unknown class, of which mmengine says only that it is None."""
    if not isinstance(optim_wrapper, dict):
        return
    name = (optim_wrapper.get('optimizer') or {}).get('type')
    if not isinstance(name, str):
        return
    with OPTIMIZERS.switch_scope_and_registry(None) as registry:
        if registry.get(name) is None:
            raise ConfigError(
                f'optim_wrapper.optimizer: unknown type {name!r}'
            )


@contextmanager
def _set_key(key: str) -> Iterator[None]:
    token = _LOADER_KEY.set(key)
    try:
        yield
    finally:
        _LOADER_KEY.reset(token)


@contextmanager
def _prefix(key: str) -> Iterator[None]:
    """Let the message of an error begin with the key; it stays what it is."""
    try:
        yield
    except Exception as error:
        if error.args and isinstance(error.args[0], str):
            error.args = (f'{key}: {error.args[0]}', *error.args[1:])
        raise


@contextmanager
def _explain(key: str, part: Any) -> Iterator[None]:  # a config or an object
    """Turn what a wrong argument causes into an error of the config."""
    try:
        yield
    except ConfigError:
        raise
    except (AssertionError, AttributeError, KeyError, TypeError,
            ValueError) as error:
        if isinstance(part, Mapping):
            part = dict(part)
        reason = error.args[0] if error.args else ''
        raise ConfigError(
            f'{key} cannot be built ({type(error).__name__}: {reason}): {part}'
        ) from error
