import logging
import os
import re

import pytest
import torch
from mmengine.config import Config
from torch import nn

from mmmotion.engine import (
    ConfigError,
    build_runner,
    enable_amp,
    enable_auto_scale_lr,
    launch,
    prepare_config,
    require_weights,
    set_resume,
    set_show_dir,
    set_test_checkpoint,
    set_work_dir,
)


@pytest.fixture
def no_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)


def wrapper_config(**kwargs):
    return Config(dict(optim_wrapper=dict(optimizer={}, **kwargs)))


def test_work_dir_of_argument_config_or_name():
    cfg = Config(dict())
    set_work_dir(cfg, 'configs/gwm/gwm_unet.py', None)
    assert cfg.work_dir == 'work_dirs/gwm_unet'
    set_work_dir(cfg, 'configs/other.py', None)
    assert cfg.work_dir == 'work_dirs/gwm_unet'
    set_work_dir(cfg, 'configs/other.py', 'mine')
    assert cfg.work_dir == 'mine'


@pytest.mark.parametrize(
    'has_cuda, expected', [
        (True, dict(type='AmpOptimWrapper', loss_scale='dynamic')),
        (False, dict(type='AutocastOptimWrapper')),
    ]
)
def test_amp_chooses_the_wrapper_of_the_device(
    monkeypatch, has_cuda, expected
):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: has_cuda)
    cfg = wrapper_config(type='OptimWrapper')
    enable_amp(cfg)
    assert cfg.optim_wrapper.to_dict() == dict(expected, optimizer={})


def test_amp_refuses_unknown_wrappers():
    with pytest.raises(ConfigError, match='MyWrapper'):
        enable_amp(wrapper_config(type='MyWrapper'))


def test_cuda_wrapper_of_a_config_is_replaced_on_a_cpu(no_cuda):
    cfg = wrapper_config(type='AmpOptimWrapper', loss_scale='dynamic')
    prepare_config(cfg)
    assert cfg.optim_wrapper.type == 'AutocastOptimWrapper'
    assert 'loss_scale' not in cfg.optim_wrapper


def test_auto_scale_lr_needs_the_base_batch_size():
    with pytest.raises(ConfigError, match='base_batch_size'):
        enable_auto_scale_lr(Config(dict()))
    cfg = Config(dict(auto_scale_lr=dict(base_batch_size=4)))
    enable_auto_scale_lr(cfg)
    assert cfg.auto_scale_lr.enable


def test_a_seed_is_always_written():
    cfg = Config(dict(randomness=dict(seed=None, deterministic=True)))
    prepare_config(cfg)
    assert isinstance(cfg.randomness.seed, int)
    assert cfg.randomness.deterministic
    cfg = Config(dict())
    prepare_config(cfg)
    assert isinstance(cfg.randomness.seed, int)


def test_seed_of_a_resumed_run_is_taken_over(tmp_path):
    content = dict(meta=dict(seed=77), state_dict={}, message_hub={})
    torch.save(dict(content, optimizer={}), tmp_path / 'iter_1.pth')
    cfg = Config(dict(resume=True, work_dir=str(tmp_path)))
    prepare_config(cfg)
    assert cfg.randomness.seed == 77


def test_missing_load_from_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=str(tmp_path / 'x.pth')):
        prepare_config(Config(dict(load_from=str(tmp_path / 'x.pth'))))


def test_tensorboard_is_left_out_where_it_is_missing(monkeypatch):
    monkeypatch.setattr(launch, 'find_spec', lambda name: None)
    backends = [
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend')
    ]
    cfg = Config(dict(visualizer=dict(vis_backends=backends)))
    prepare_config(cfg)
    assert [b.type for b in cfg.visualizer.vis_backends] == ['LocalVisBackend']


def test_test_settings():
    cfg = Config(dict(resume=True, load_from='a.pth', default_hooks={}))
    set_test_checkpoint(cfg, 'none')
    assert cfg.load_from is None
    assert not cfg.resume
    set_test_checkpoint(cfg, 'b.pth')
    assert cfg.load_from == 'b.pth'
    assert cfg.default_hooks.checkpoint_match.strict
    set_show_dir(cfg, 'pictures')
    hook = cfg.default_hooks.visualization
    assert (hook.type, hook.draw,
            hook.out_dir) == ('PanelVisualizationHook', True, 'pictures')


def test_weights_are_required_unless_declined():
    require_weights(nn.Identity(), None)
    require_weights(nn.Linear(1, 1), 'none')
    with pytest.raises(ValueError, match='Linear has weights'):
        require_weights(nn.Linear(1, 1), None)


def test_run_has_no_warnings_about_scopes_and_logs_scalars(
    toy, tmp_path, caplog
):
    cfg = toy.toy_config(tmp_path, train_cfg__max_iters=2)
    cfg.visualizer.vis_backends.append(dict(type='TensorboardVisBackend'))
    runner = build_runner(cfg)
    with caplog.at_level(logging.INFO):
        runner.train()
    text = next(tmp_path.glob('*/*.log')).read_text()
    assert 'Iter(train) [2/2]' in text
    assert not re.search(r'(?i)scope.*not|failed to search registry', text)
    events = list(tmp_path.glob('*/vis_data/events.out.tfevents*'))
    assert read_scalars(events[0], 'loss') == pytest.approx(
        list(toy.read_losses(tmp_path)[0].values())
    )


def read_scalars(path, tag):
    from tensorboard.backend.event_processing import event_accumulator

    events = event_accumulator.EventAccumulator(str(path))
    events.Reload()
    return [scalar.value for scalar in events.Scalars(tag)]


@pytest.fixture
def toy_runner():
    """A runner of another class, as mmengine has some."""
    from mmengine.runner import Runner

    from mmmotion.registry import RUNNERS

    @RUNNERS.register_module()
    class ToyRunner(Runner):
        pass

    yield ToyRunner
    RUNNERS.module_dict.pop('ToyRunner')


def test_runner_type_of_a_config_is_used(toy, tmp_path, toy_runner):
    cfg = toy.toy_config(tmp_path)
    cfg.runner_type = 'ToyRunner'
    assert type(build_runner(cfg)) is toy_runner


@pytest.mark.parametrize(
    'weights, has_run, expected', [
        (None, False, (True, None)),
        (None, True, (True, None)),
        ('first.pth', False, (False, 'first.pth')),
        ('first.pth', True, (True, 'iter_1.pth')),
    ]
)
def test_another_runner_is_told_where_to_resume(
    toy, tmp_path, toy_runner, weights, has_run, expected
):
    if has_run:
        build_runner(toy.toy_config(tmp_path, train_cfg__max_iters=1)).train()
    cfg = toy.toy_config(tmp_path)
    cfg.runner_type = 'ToyRunner'
    cfg.load_from = weights
    set_resume(cfg, None)
    runner = build_runner(cfg)
    found = runner._load_from and os.path.basename(runner._load_from)
    assert (runner._resume, found) == expected
