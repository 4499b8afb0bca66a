"""The configs of OCLR that adapt to videos, from files to scores."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmmotion.engine import build_runner, load_config
from mmmotion.flow import write_flow
from mmmotion.postprocessing import propagation_refinement
from mmmotion.registry import METRICS, POSTPROCESSORS

ROOT = Path(__file__).parents[2]
SIZE = (64, 96)
LENGTH = 3
NAMES = ['davis', 'davis17-motion', 'segtrackv2', 'fbms59', 'moca']


def load(name):
    return load_config(ROOT / f'configs/oclr/oclr_adapt_{name}.py')


@pytest.fixture
def davis(tmp_path):
    """Two videos with two objects, in the layout of DAVIS2017-motion."""
    root = tmp_path / 'DAVIS2017'
    rng = np.random.default_rng(0)
    labels = np.zeros(SIZE, np.uint8)
    labels[8:40, 8:40] = 1
    labels[16:56, 56:88] = 2
    for video in ('cows', 'judo'):
        folders = [
            root / name / '480p' / video
            for name in ('JPEGImages', 'Annotations_motion')
        ]
        folders += [root / f'Flows_gap{gap}' / video for gap in (1, -1)]
        for folder in folders:
            folder.mkdir(parents=True)
        for t in range(LENGTH):
            frame = rng.integers(0, 256, (*SIZE, 3), np.uint8)
            Image.fromarray(frame).save(folders[0] / f'{t:05d}.jpg')
            Image.fromarray(labels).save(folders[1] / f'{t:05d}.png')
            for folder in folders[2:]:
                flow = rng.normal(size=(*SIZE, 2)).astype(np.float32)
                flow[labels > 0] += 3
                write_flow(folder / f'{t:05d}.flo', flow)
    lists = root / 'ImageSets/2017'
    lists.mkdir(parents=True)
    (lists / 'val.txt').write_text('cows\njudo\n')
    return root


def make_small(cfg, root, work_dir):
    """Narrow parts, few steps, no worker processes."""
    loader = cfg.test_dataloader
    loader.update(num_workers=0, persistent_workers=False)
    loader.dataset.data_root = str(root)
    loader.dataset.pipeline[2].size = (32, 48)
    model = cfg.model
    model.encoder.channels = widths = (4, 4, 4, 8)
    model.binding.update(in_channels=8, mlp_channels=8)
    model.decoder.in_channels = widths
    model.order_head.in_channels = 8
    refinement, crf = model.postprocess[-2:]
    refinement.update(short_side=64, num_steps=2)
    refinement.encoder = dict(
        type='ViTEncoder', embed_dims=8, num_heads=2, depth=2, img_size=32
    )
    crf.num_iters = 1
    cfg.visualizer = None
    cfg.work_dir = str(work_dir)
    return cfg


def test_several_objects_from_files_to_scores_and_again(
    davis, tmp_path, monkeypatch
):
    tuned = []
    original = propagation_refinement.tune_features
    monkeypatch.setattr(
        propagation_refinement, 'tune_features',
        lambda *args, **kwargs: tuned.append(1) or original(*args, **kwargs)
    )
    results = []
    for attempt in range(2):
        cfg = make_small(load('davis17-motion'), davis, tmp_path / 'work')
        cfg.experiment_name = f'adapt{attempt}'
        results.append(build_runner(cfg).test())
    assert 0 <= results[0]['objects/J&F'] <= 1
    assert results[1] == results[0]
    assert len(tuned) == 2  # once a video, none in the second run
    stored = sorted(path.stem for path in tmp_path.glob('work/adapted/*.npz'))
    assert stored == ['cows', 'judo']


@pytest.mark.parametrize('name', NAMES)
def test_adaptation_is_that_of_the_release(name):
    cfg = load(name)
    *first, refinement, crf = cfg.model.postprocess
    assert [step.type for step in first
            ] == ([] if name == 'davis17-motion' else ['ForegroundObjects'])
    assert refinement.type == 'PropagationRefinement'
    assert (refinement.num_steps, refinement.num_blocks) == (1000, 2)
    assert (refinement.radius, refinement.top_k) == (12, 5)
    assert refinement.data_preprocessor.std[0] == pytest.approx(0.228 * 255)
    assert crf.type == 'DenseCRF'
    assert (cfg.test_cfg.type, cfg.test_cfg.num_steps) == ('AdaptLoop', 0)
    # An oracle would choose among masks as they were before.
    assert not getattr(METRICS.build(cfg.test_evaluator), 'oracle', ())


def test_the_small_config_has_half_the_resolution():
    cfg = load_config(ROOT / 'configs/oclr/oclr-small_adapt_davis.py')
    _, refinement, crf = cfg.model.postprocess
    step = POSTPROCESSORS.build(
        refinement | dict(
            encoder=dict(
                type='ViTEncoder', embed_dims=8, num_heads=2, depth=2
            )
        )
    )
    assert (step.short_side, step.side_multiple) == (240, 32)
    assert (step.loss.inner, step.loss.outer) == (1, 3)
    assert (crf.size, crf.spatial_sigma) == (240, 30)
    assert refinement.encoder.init_cfg.type == 'Pretrained'
