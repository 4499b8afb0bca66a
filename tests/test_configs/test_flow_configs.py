"""The configs of flow networks train without labels and survive a stop."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mmmotion.engine import build_runner
from mmmotion.flow import PWCLite, PWCLiteFlowEstimator
from mmmotion.registry import MODELS

ROOT = Path(__file__).parents[2]
NAMES = ('pwclite_synthetic', 'pwclite_davis')


def load(name):
    return Config.fromfile(ROOT / f'configs/flow/{name}.py')


def make_short(cfg, work_dir, max_iters):
    """The config with tiny data and a run of a few seconds."""
    cfg.work_dir = str(work_dir)
    for key in ('train', 'val', 'test'):
        loader = cfg[f'{key}_dataloader']
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        for step in loader.dataset.pipeline:
            if step.type == 'ResizeFrames':
                step.size = (40, 60)
    cfg.train_cfg.update(max_iters=max_iters, val_interval=max_iters)
    cfg.default_hooks.logger.interval = 1
    cfg.default_hooks.checkpoint.interval = 2
    cfg.custom_hooks[0].steps = [(2, cfg.custom_hooks[0].steps[0][1])]
    return cfg


@pytest.fixture
def davis(tmp_path):
    """One video of three frames, without annotations."""
    root = tmp_path / 'DAVIS'
    folder = root / 'JPEGImages/480p/dog'
    folder.mkdir(parents=True)
    for i in range(3):
        image = Image.effect_noise((60, 40), 80).convert('RGB')
        image.save(folder / f'{i:05d}.jpg')
    (root / 'Annotations/480p').mkdir(parents=True)
    lists = root / 'ImageSets/480p'
    lists.mkdir(parents=True)
    (lists / 'val.txt').write_text(
        ''.join(
            f'/JPEGImages/480p/dog/{i:05d}.jpg /Annotations/480p/x.png\n'
            for i in range(3)
        )
    )
    return root


def read_losses(work_dir):
    """Photometric loss by iteration, of all runs in a folder."""
    found = {}
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            if 'loss_photometric' in row:
                found[row['step']] = row['loss_photometric']
    return found


@pytest.mark.parametrize('name', NAMES)
def test_sizes_need_no_padding_and_nothing_is_labelled(name):
    cfg = load(name)
    assert not any(side % PWCLite.divisor for side in cfg.size)
    assert set(cfg.supervision.values()) == {'none'}
    steps = [step.type for step in cfg.train_dataloader.dataset.pipeline]
    assert not {'LoadFlows', 'LoadMasks'} & set(steps)


@pytest.mark.parametrize('name', NAMES)
def test_the_second_stage_begins_within_the_training(name):
    cfg = load(name)
    (begin, loss), = cfg.custom_hooks[0].steps
    assert 0 < begin < cfg.train_cfg.max_iters
    assert cfg.model.loss_photometric.get('visibility', 'splat') == 'splat'
    built = MODELS.build(loss)
    assert built.visibility == 'bidirectional'
    assert [type(d).__name__ for d in built.distances] == ['CensusLoss']


def test_own_frames_train_across_a_stop_and_serve_an_estimator(
    davis, tmp_path
):

    def run(work_dir, max_iters, resume=False):
        cfg = load('pwclite_davis')
        for key in ('train', 'val', 'test'):
            cfg[f'{key}_dataloader'].dataset.data_root = str(davis)
        cfg = make_short(cfg, tmp_path / work_dir, max_iters)
        cfg.resume = resume
        return build_runner(cfg)

    runner = run('whole', 3)
    runner.train()
    scores = runner.val_loop.run()
    assert set(scores) == {'flow/photometric', 'flow/photometric_zero'}
    whole = read_losses(tmp_path / 'whole')
    run('parts', 2).train()
    run('parts', 3, resume=True).train()
    assert read_losses(tmp_path / 'parts') == whole
    assert list(whole) == [1, 2, 3]
    # Noise has no true flow, the two stages differ in scale.
    assert abs(whole[3] - whole[2]) > 5 * abs(whole[2] - whole[1])
    estimator = PWCLiteFlowEstimator(
        str(tmp_path / 'whole/iter_3.pth'),
        normalize_features=True,
        mode='pad',
    )
    frames = np.full((2, 40, 60, 3), 128, np.uint8)
    frames[0, 10:20, 10:30] = frames[1, 10:20, 14:34] = 30
    tensors = list(torch.from_numpy(frames).permute(0, 3, 1, 2)[None])
    inputs = runner.model.data_preprocessor(
        dict(inputs=dict(frames=tensors), data_samples=None)
    )['inputs']
    with torch.no_grad():
        expected = runner.model(inputs)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(
        estimator.estimate(*frames), expected, rtol=0, atol=1e-4
    )


def test_the_synthetic_world_is_scored_by_its_true_flow(tmp_path):
    cfg = load('pwclite_synthetic')
    cfg.val_dataloader.dataset.update(num_videos=1, num_frames=3)
    cfg = make_short(cfg, tmp_path, 1)
    cfg.train_dataloader.dataset.num_videos = 2
    runner = build_runner(cfg)
    runner.train()
    scores = runner.val_loop.run()
    assert 0.1 < scores['flow/EPE_zero'] < 5
    assert {'flow/EPE', 'flow/EPE_object', 'flow/fl_all'} < set(scores)
