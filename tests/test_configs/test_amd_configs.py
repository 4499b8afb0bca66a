"""The configs of AMD follow the recipe that they name."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from PIL import Image

from mmmotion.engine import build_runner, load_config
from mmmotion.registry import (
    DATA_SAMPLERS,
    DATASETS,
    MODELS,
    PARAM_SCHEDULERS,
)

ROOT = Path(__file__).parents[2]
VIDEOS = dict(a=(40, 60), b=(60, 40))


def load(name):
    return Config.fromfile(ROOT / f'configs/amd/{name}.py')


def save_frames(folder, size, count=3):
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for t in range(count):
        frame = rng.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(frame).save(folder / f'{t:05d}.jpg')


@pytest.fixture
def youtube(tmp_path):
    """All frames of one landscape and one portrait video."""
    for name, size in VIDEOS.items():
        save_frames(tmp_path / 'train_all_frames/JPEGImages' / name, size)
    return tmp_path


def train_data(name, root):
    """Data set and sampler of a config."""
    loader = load(name).train_dataloader
    loader.dataset.data_root = str(root)
    dataset = DATASETS.build(loader.dataset)
    default = dict(dataset=dataset, seed=0)
    return dataset, DATA_SAMPLERS.build(loader.sampler, default_args=default)


def test_a_training_sample_is_a_square_of_a_pair(youtube):
    dataset, sampler = train_data('amd_r50_ytvos', youtube)
    draws = [sampler.draw(n) for n in range(8)]
    packed = [dataset[draw] for draw in draws]
    assert all(p['inputs']['frames'].shape == (2, 3, 384, 384) for p in packed)
    samples = [p['data_samples'] for p in packed]
    assert {sample.frame_gaps for sample in samples} == {(0, 1)}
    # Every pass takes each video once.
    assert {s.video_id for s in samples[:2]} == set(VIDEOS)
    assert {s.flip for s in samples} == {False, True}


def test_the_release_may_pair_a_frame_with_itself_and_never_flips(youtube):
    dataset, sampler = train_data('amd_r50_ytvos_release', youtube)
    samples = [dataset[sampler.draw(n)]['data_samples'] for n in range(12)]
    assert {sample.frame_gaps for sample in samples} == {(0, 1), (0, 0)}
    assert all('flip' not in sample for sample in samples)


def test_the_rate_falls_as_a_power_to_a_hundredth():
    cfg = load('amd_r50_ytvos')
    wrapper = build_optim_wrapper(torch.nn.Linear(1, 1), cfg.optim_wrapper)
    (settings, ) = cfg.param_scheduler
    assert settings.end == cfg.train_cfg.max_iters + 1
    settings.end = 11
    scheduler = PARAM_SCHEDULERS.build(
        settings, default_args=dict(optimizer=wrapper)
    )
    wrapper.optimizer.step()
    found = []
    for _ in range(11):
        found.append(wrapper.get_lr()['lr'][0])
        scheduler.step()
    expected = [9.9e-5 * (1 - t / 10)**0.9 + 1e-6 for t in range(11)]
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize('count', [6, 8])
def test_other_numbers_of_regions(count):
    cfg = load(f'amd_r50_ytvos_c{count}')
    assert cfg.model.head.num_groups == count
    cfg.model.head.num_groups = 5
    assert cfg.model == load('amd_r50_ytvos').model


def test_regions_of_the_recombination_move_by_a_quadratic():
    cfg = load('amd_quadratic_synthetic')
    model = MODELS.build(cfg.model)
    loader = cfg.train_dataloader
    dataset = DATASETS.build(loader.dataset)
    sampler = DATA_SAMPLERS.build(
        loader.sampler, default_args=dict(dataset=dataset, seed=0)
    )
    batch = pseudo_collate([dataset[sampler.draw(n)] for n in range(2)])
    inputs = model.data_preprocessor(batch, True)['inputs']
    losses = model(inputs, mode='loss')
    assert losses.keys() == {'loss_recon', 'loss_dense'}
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters())
    _, masks, fit = model._match(inputs, 'the test')
    assert fit.params.shape == (4, masks.shape[1], 6, 2)


def test_every_video_is_adapted_to_and_keeps_the_channel(tmp_path):
    root = tmp_path / 'DAVIS'
    for kind in ('JPEGImages', 'Annotations'):
        save_frames(root / kind / '480p' / 'dog', (40, 60))
    for path in (root / 'Annotations/480p/dog').iterdir():
        mask = np.zeros((40, 60), np.uint8)
        mask[10:20, 10:30] = 255
        Image.fromarray(mask).save(path.with_suffix('.png'))
        path.unlink()
    (root / 'ImageSets/480p').mkdir(parents=True)
    (root / 'ImageSets/480p/val.txt').write_text('dog\n')
    cfg = load_config(str(ROOT / 'configs/amd/amd_r50_davis_adapt.py'))
    cfg.model.encoder.update(depth=18)
    cfg.model.head.update(in_channels=512, channels=8)
    cfg.model.motion_model.input_size = (64, 64)
    cfg.model.postprocess[0].channel = 2
    assert cfg.test_cfg.num_steps == 100
    cfg.test_cfg.num_steps = 2
    own = cfg.test_cfg.train_dataloader
    own.update(num_workers=0, persistent_workers=False)
    own.dataset.data_root = str(root)
    for step in own.dataset.pipeline:
        if step.type == 'RandomResizeShortSide':
            step.short_side = 40
        elif step.type == 'RandomCrop':
            step.size = (32, 32)
    cfg.test_dataloader.update(num_workers=0, persistent_workers=False)
    cfg.test_dataloader.dataset.data_root = str(root)
    cfg.test_dataloader.dataset.pipeline[2].size = 40
    for key in ('val_dataloader', 'val_cfg', 'val_evaluator'):
        cfg.pop(key)
    cfg.work_dir = str(tmp_path / 'run')
    runner = build_runner(cfg)
    parameters = dict(runner.model.named_parameters())
    before = {k: v.detach().clone() for k, v in parameters.items()}
    metrics = runner.test()
    assert 0 <= metrics['seg/J'] <= 1
    assert all(torch.equal(parameters[k], before[k]) for k in before)
