"""The configs of IMAS follow the recipe that they name."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from mmmotion.flow import write_flow
from mmmotion.registry import DATA_SAMPLERS, DATASETS, MODELS

ROOT = Path(__file__).parents[2]
LENGTH = 3
SIZE = (480, 854)


def load(name):
    return Config.fromfile(ROOT / f'configs/imas/{name}.py')


def count(module):
    return sum(p.numel() for p in module.parameters())


def build(cfg):
    cfg.model.postprocess = []
    cfg.model.encoder.init_cfg = None
    return MODELS.build(cfg.model)


def test_the_network_is_that_of_the_release():
    model = build(load('imas_r50_davis_stage1'))
    assert count(model) == 39_482_902
    assert count(model.encoder) == 23_508_032
    assert count(model.head) == 5_900_292


@pytest.mark.parametrize(
    'name, motion, merged',
    [
        ('none', 'ConstantMotion', False),
        ('robust', 'ConstantMotion', False),
        ('affine', 'AffineMotion', False),
        ('scaling', 'ResidualMotion', False),
        ('residual', 'ResidualMotion', False),
        ('merge', 'ConstantMotion', True),
    ],
)
def test_ablations_change_what_they_name(name, motion, merged):
    cfg = load(f'ablation/imas_r50_davis_{name}')
    model = build(cfg)
    assert type(model.motion_model).__name__ == motion
    assert len(model.head.in_indices) == 1 + merged
    assert model.loss_recon.norm == ('robust' if name == 'robust' else 'l1')
    mode = getattr(model.motion_model, 'mode', None)
    assert mode == dict(scaling='scale', residual='add').get(name)


def save_pair(root, folders, index, value):
    flow = np.zeros((*SIZE, 2), np.float32)
    flow[:] = value
    for folder in folders:
        path = root / folder / 'cat' / f'{index:05d}.npy'
        path.parent.mkdir(parents=True, exist_ok=True)
        write_flow(path, flow)


@pytest.mark.parametrize(
    'name, middle, shape',
    [
        ('imas_r50_davis_stage1', '480p', SIZE),
        # What is resized before the estimation has another aspect ratio.
        ('imas_r50_segtrackv2', '', (240, 320)),
    ],
)
def test_pairs_have_flow_both_ways_with_the_values_of_the_file(
    name, middle, shape, tmp_path
):
    images = tmp_path / 'JPEGImages' / middle / 'cat'
    masks = tmp_path / 'Annotations' / middle / 'cat'
    for folder in (images, masks):
        folder.mkdir(parents=True)
        for t in range(LENGTH):
            suffix = '.jpg' if folder == images else '.png'
            image = Image.new('L', shape[::-1], 80 * t)
            image.save(folder / f'{t:05d}{suffix}')
    for t in range(1, LENGTH):  # under the second frame's name
        save_pair(tmp_path, [f'Flows_NewCT/{middle}'], t, (30, t))
        save_pair(tmp_path, [f'BackwardFlows_NewCT/{middle}'], t, (-9, -t))
    loader = load(name).train_dataloader
    settings = dict(data_root=str(tmp_path), videos=['cat'])
    dataset = DATASETS.build({**loader.dataset, **settings})
    sampler = DATA_SAMPLERS.build({
        **loader.sampler, 'dataset': dataset,
        'seed': 0
    })
    seen = set()
    for draw in itertools.islice(sampler, 6):
        sample = dataset[draw]
        frames = sample['inputs']['frames']
        assert frames.shape == (2, 3, 384, 384)
        forward, backward = sample['inputs']['flows'].numpy()
        second = int(sample['data_samples'].frame_id) + 1
        for flow, value in ((forward, (30, second)), (backward, (-9,
                                                                 -second))):
            assert flow.shape == (2, 384, 384)
            np.testing.assert_array_equal(
                flow,
                np.broadcast_to(np.reshape(value, (2, 1, 1)), flow.shape)
            )
        seen.add((second, sample['data_samples'].flip))
    assert {second for second, _ in seen} == {1, 2}
    assert {flip for _, flip in seen} == {False, True}
