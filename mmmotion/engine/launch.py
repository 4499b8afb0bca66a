"""From a config to a runner that works on this machine."""

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import sync_random_seed
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn

from mmmotion.registry import RUNNERS

from .checkpoint_io import read_checkpoint
from .config_check import ConfigError, check_config, ensure_section
from .distributed import init_distributed
from .motion_runner import MotionRunner
from .resume import find_resumable_checkpoint

_AMP_ONLY = ('loss_scale', 'use_fsdp', 'dtype')


def build_runner(cfg: Config) -> Runner:
    """Prepare a config for this machine and build its runner.

    That is a :class:`MotionRunner`, unless the config has a ``runner_type``.

    Args:
        cfg: The whole config, with ``work_dir``; changed in place.

    Raises:
        ConfigError: If a key looks like a typing error.
        FileNotFoundError: If ``load_from`` does not exist.
        CheckpointError: If a resume finds no checkpoint that opens.
    """
    prepare_config(cfg)
    if 'runner_type' in cfg:
        _choose_checkpoint(cfg)
        return RUNNERS.build(cfg)
    return MotionRunner.from_cfg(cfg)


def prepare_config(cfg: Config) -> None:
    """Check a config and adapt it to this machine, in place.

    Starts the process group, always writes a seed (without one the order of
    samples differs after a resume), replaces what needs CUDA where there is
    none, and leaves TensorBoard out where it is not installed.

    Args:
        cfg: The whole config, with ``work_dir``.

    Raises:
        ConfigError: If a key looks like a typing error.
        FileNotFoundError: If ``load_from`` does not exist.
    """
    check_config(cfg)
    _check_load_from(cfg)
    init_distributed(cfg)
    _write_seed(cfg)
    if not torch.cuda.is_available():
        _replace_cuda_amp(cfg)
    if find_spec('tensorboard') is None:
        _drop_tensorboard(cfg)


def set_work_dir(
    cfg: Config, config_path: str | Path, work_dir: str | None
) -> None:
    """Choose the folder of a run: argument, config, or the config's name.

    Args:
        cfg: The whole config; ``work_dir`` is set in place.
        config_path: File of the config.
        work_dir: Folder that the user asked for, or None.
    """
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = os.path.join('work_dirs', Path(config_path).stem)


def enable_amp(cfg: Config) -> None:
    """Turn on mixed precision: float16 on CUDA, bfloat16 on a CPU.

    Args:
        cfg: The whole config; ``optim_wrapper.type`` is set in place.

    Raises:
        ConfigError: If the config uses a wrapper other than ``OptimWrapper``.
    """
    wrapper = cfg.optim_wrapper
    kind = wrapper.get('type', 'OptimWrapper')
    if kind in ('AmpOptimWrapper', 'AutocastOptimWrapper'):
        return
    if kind != 'OptimWrapper':
        raise ConfigError(
            "--amp replaces optim_wrapper.type 'OptimWrapper', the config "
            f'has {kind!r}'
        )
    if torch.cuda.is_available():
        wrapper.type = 'AmpOptimWrapper'
        wrapper.loss_scale = 'dynamic'
    else:
        wrapper.type = 'AutocastOptimWrapper'


def enable_auto_scale_lr(cfg: Config) -> None:
    """Scale the learning rate with the total batch size.

    Args:
        cfg: The whole config; ``auto_scale_lr.enable`` is set in place.

    Raises:
        ConfigError: If the config does not say for which batch size its
            learning rate was chosen.
    """
    scaling = cfg.get('auto_scale_lr')
    if not scaling or 'base_batch_size' not in scaling:
        raise ConfigError(
            '--auto-scale-lr needs the batch size for which the learning rate '
            'was chosen: auto_scale_lr=dict(base_batch_size=...) in the config'
        )
    scaling.enable = True


def set_test_checkpoint(cfg: Config, checkpoint: str | None) -> None:
    """Evaluate the weights of a file, which have to fit exactly.

    Args:
        cfg: The whole config; ``load_from`` and the hook that compares the
            weights with the model are set in place.
        checkpoint: The file; None or ``'none'`` if there is none.
    """
    cfg.resume = False
    cfg.load_from = None if checkpoint in (None, 'none') else checkpoint
    match = dict(type='CheckpointMatchHook', strict=True)
    ensure_section(cfg, 'default_hooks')['checkpoint_match'] = match


def require_weights(model: nn.Module, checkpoint: str | None) -> None:
    """Refuse to evaluate random weights by oversight.

    Args:
        model: The model that is about to be evaluated.
        checkpoint: What the user gave; ``'none'`` is a deliberate choice.

    Raises:
        ValueError: If the model has weights and nothing was given.
    """
    if checkpoint is None and next(model.parameters(), None) is not None:
        raise ValueError(
            f'{type(model).__name__} has weights: give a checkpoint, or '
            '"none" to evaluate it with random ones'
        )


def set_show_dir(cfg: Config, show_dir: str) -> None:
    """Turn on the pictures of a test.

    Args:
        cfg: The whole config; ``default_hooks.visualization`` is set in place.
        show_dir: Folder of the pictures.
    """
    hooks = ensure_section(cfg, 'default_hooks')
    hook = hooks.get('visualization') or dict(type='PanelVisualizationHook')
    hooks['visualization'] = dict(hook, draw=True, out_dir=show_dir)


def set_resume(cfg: Config, checkpoint: str | None) -> None:
    """Go on with a run.

    Args:
        cfg: The whole config; ``resume`` and ``load_from`` are set in place.
        checkpoint: Where it goes on, None for the newest checkpoint of the
            work directory. If that has none, the run begins as the config
            says, with its ``load_from``.
    """
    cfg.resume = 'auto' if checkpoint is None else True
    if checkpoint is not None:
        cfg.load_from = checkpoint


def _choose_checkpoint(cfg: Config) -> None:
    """Do for other runners what ``ResumableCheckpointHook`` does for ours."""
    if cfg.get('resume') != 'auto':
        return
    if not cfg.get('load_from'):
        cfg.resume = True  # mmengine follows last_checkpoint itself
        return
    found = find_resumable_checkpoint(cfg.work_dir)
    cfg.resume = found is not None
    cfg.load_from = found or cfg.load_from


def _check_load_from(cfg: Config) -> None:
    path = cfg.get('load_from')
    # An automatic resume reads it only if there is nothing to resume.
    if not path or '://' in path or cfg.get('resume') == 'auto':
        return
    if not Path(path).expanduser().is_file():
        raise FileNotFoundError(
            f'checkpoint not found: {Path(path).absolute()} (given as '
            'checkpoint argument, --resume or "load_from"); --resume without '
            'a path takes the newest one of the work directory'
        )


def _write_seed(cfg: Config) -> None:
    randomness = ensure_section(cfg, 'randomness')
    if randomness.get('seed') is None:
        seed = _resumed_seed(cfg) if cfg.get('resume') else None
        randomness['seed'] = sync_random_seed() if seed is None else seed
        print_log(f'The config has no seed: using {randomness["seed"]}')


def _resumed_seed(cfg: Config) -> int | None:
    path: str | None = cfg.get('load_from')
    if path is None or cfg.resume == 'auto':
        path = find_resumable_checkpoint(cfg.work_dir)
    if path is None or '://' in path:
        return None
    meta: dict[str, Any] = read_checkpoint(path).get('meta', {})
    return meta.get('seed')


def _replace_cuda_amp(cfg: Config) -> None:
    wrapper = cfg.get('optim_wrapper')
    if not wrapper or wrapper.get('type') != 'AmpOptimWrapper':
        return
    for key in _AMP_ONLY:
        wrapper.pop(key, None)
    wrapper.type = 'AutocastOptimWrapper'
    print_log(
        'AmpOptimWrapper needs CUDA: AutocastOptimWrapper (bfloat16) takes '
        'its place'
    )


def _drop_tensorboard(cfg: Config) -> None:
    backends = (cfg.get('visualizer') or {}).get('vis_backends') or []
    kept = [b for b in backends if b.get('type') != 'TensorboardVisBackend']
    if len(kept) < len(backends):
        cfg.visualizer.vis_backends = kept
        print_log(
            'tensorboard is not installed (pip install mmmotion[tensorboard]):'
            ' scalars are written to scalars.json only',
            level=logging.WARNING,
        )
