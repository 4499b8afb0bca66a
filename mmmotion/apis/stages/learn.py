"""Stage 3: weights for this very video."""

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmengine.visualization import Visualizer

from mmmotion.engine import (
    build_runner,
    find_resumable_checkpoint,
    prepare_config,
)
from mmmotion.engine.adaptation import (
    TrainingVideos,
    VideoAdapter,
    hash_checkpoints,
)
from mmmotion.engine.random_state import RandomStream
from mmmotion.flow.atomic import write_atomically
from mmmotion.registry import DATASETS

from ..method import Method
from ..work_folder import VIDEO_ID, WorkFolder
from .decode import Frames
from .progress import Advance, StageProgress
from .shorten import shorten

STAGE = 'adapt'
_NUM_SNAPSHOTS = 5


def learn_weights(
    method: Method,
    work: WorkFolder,
    num_iters: int | None,
    frames: Frames,
    seed: int,
    progress: StageProgress,
) -> str | None:
    """Train on the video, from random weights or from those that are given.

    From random weights, the training of the config runs, with its hooks and
    schedules, and goes on where it was interrupted. From given weights,
    ``VideoAdapter`` takes some steps at the base rate, as the loop
    ``AdaptLoop`` does. No label is read.

    Args:
        method: The method.
        work: Folder of the run.
        num_iters: Number of iterations; None takes those of the config from
            random weights, and none from given ones.
        frames: The frames.
        seed: Seed of all draws.
        progress: Told about every iteration.

    Returns:
        File of the weights; None if the method has none.

    Raises:
        ValueError: If iterations are asked for but there is nothing to train,
            or the method needs labels to train.
    """
    adapts = method.adapts(num_iters)
    if method.learns and num_iters is None:
        num_iters = int(method.cfg.train_cfg['max_iters'])
    settings = dict(seed=seed, weights=method.weights, adapts=adapts)
    settings['files'] = hash_checkpoints(dict(checkpoint=method.weights))
    if adapts:
        settings |= _describe_training(method, num_iters)
        settings['model_files'] = hash_checkpoints(method.cfg.model)
    work.begin(STAGE, settings)
    if not adapts:
        return method.weights
    facts = work.facts(STAGE)
    if facts is not None:
        return str(work.folder(STAGE) / facts['weights'])
    assert num_iters is not None
    cfg = method.for_video(work.path, frames.has_flow, frames.is_portrait)
    cfg.work_dir = str(work.folder(STAGE))
    cfg.randomness = dict(seed=seed)
    train = _train if method.learns else _adapt
    with progress.stage(STAGE, num_iters) as advance:
        with RandomStream(seed).use():
            path = train(method, cfg, num_iters, seed, advance)
    name = str(path.relative_to(work.folder(STAGE)))
    work.finish(STAGE, dict(weights=name))
    return str(path)


def _describe_training(method: Method,
                       num_iters: int | None) -> dict[str, Any]:
    cfg = method.cfg
    keys = (
        'model', 'train_dataloader', 'optim_wrapper', 'param_scheduler',
        'custom_hooks'
    )
    return dict(
        num_iters=num_iters,
        device=method.device,
        config={key: cfg.get(key)
                for key in keys}
    )


class _ProgressHook(Hook):
    """Tells about every iteration."""

    def __init__(self, advance: Advance) -> None:
        self.advance = advance

    def before_train(self, runner: Runner) -> None:
        """Count the iterations of an earlier run."""
        self.advance(runner.iter)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Count one more, and refuse to go on with broken weights."""
        self.advance()
        assert outputs is not None, 'a model returns its losses'
        loss = float(outputs['loss'].detach())
        if not math.isfinite(loss):
            raise FloatingPointError(
                f'the loss of iteration {runner.iter + 1} is {loss}; a '
                'smaller learning rate may help (optim_wrapper)'
            )


def _train(
    method: Method, cfg: Config, num_iters: int, seed: int, advance: Advance
) -> Path:
    """Run the training of the config; return its last checkpoint."""
    shorten(cfg, num_iters)
    test_dataloader = cfg.test_dataloader
    for kind in ('val', 'test'):
        for part in ('dataloader', 'cfg', 'evaluator'):
            cfg[f'{kind}_{part}'] = None
    cfg.default_hooks.checkpoint = dict(
        type='ResumableCheckpointHook',
        interval=max(1, math.ceil(num_iters / _NUM_SNAPSHOTS)),
        by_epoch=False,
        max_keep_ckpts=2,
    )
    cfg.default_hooks.pop('visualization', None)
    cfg.visualizer = dict(type='Visualizer', vis_backends=[])
    cfg.log_level = 'ERROR'
    cfg.launcher = 'none'
    cfg.experiment_name = f'{cfg.work_dir}-{id(cfg)}'
    cfg.load_from = None
    cfg.resume = find_resumable_checkpoint(cfg.work_dir) is not None
    with _forget_log(cfg.experiment_name):
        runner = build_runner(cfg)
        # For hooks that look at frames of the test.
        runner.cfg.val_dataloader = test_dataloader
        runner.cfg.test_dataloader = test_dataloader
        runner.model.to(torch.device(method.device))
        runner.register_hook(_ProgressHook(advance))
        runner.train()
    found = find_resumable_checkpoint(cfg.work_dir)
    assert found is not None, 'the last iteration is always saved'
    return Path(found)


@contextmanager
def _forget_log(name: str) -> Iterator[None]:
    """Forget the log of a training, which is silent and keeps a file open.

    Otherwise it would go on as the log of the whole process.

    Args:
        name: How the names of what the runner registers begin.
    """
    try:
        yield
    finally:
        for kind in (MMLogger, MessageHub, Visualizer, DefaultScope):
            instances = kind._instance_dict
            for key in [key for key in instances if key.startswith(name)]:
                instance = instances.pop(key)
                for handler in getattr(instance, 'handlers', ()):
                    handler.close()


def _adapt(
    method: Method, cfg: Config, num_iters: int, seed: int, advance: Advance
) -> Path:
    """Take some steps from the given weights."""
    assert method.weights is not None
    cfg.load_from = None
    prepare_config(cfg)
    loader = cfg.train_dataloader.to_dict()
    adapter = VideoAdapter(
        TrainingVideos(DATASETS.build(loader.pop('dataset'))),
        loader,
        cfg.optim_wrapper,
        num_iters,
    )
    model = method.load(method.weights)
    model, _ = adapter.adapt(model, VIDEO_ID, seed, advance)
    buffer = io.BytesIO()
    torch.save(dict(state_dict=model.state_dict()), buffer)
    path = Path(cfg.work_dir, 'adapted.pth')
    write_atomically(path, buffer.getvalue())
    return path
