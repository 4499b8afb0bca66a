"""The configs of OCLR follow the recipe that they name."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from PIL import Image

from mmmotion.datasets.synthesis.trajectories import waves
from mmmotion.flow import write_flow
from mmmotion.registry import (
    DATA_SAMPLERS,
    DATASETS,
    METRICS,
    MODELS,
    PARAM_SCHEDULERS,
)

ROOT = Path(__file__).parents[2]
SIZE = (18, 32)
LENGTH = 4


def load(name):
    return Config.fromfile(ROOT / f'configs/oclr/{name}.py')


def rates(cfg, iterations):
    """Learning rate in some of the iterations, in rising order."""
    wrapper = build_optim_wrapper(torch.nn.Linear(1, 1), cfg.optim_wrapper)
    schedulers = [
        PARAM_SCHEDULERS.build(item, default_args=dict(optimizer=wrapper))
        for item in cfg.param_scheduler
    ]
    wrapper.optimizer.step()
    found = []
    for iteration in range(iterations[-1] + 1):
        if iteration in iterations:
            found.append(wrapper.get_lr()['lr'][0])
        for scheduler in schedulers:
            scheduler.step()
    return found


def test_the_network_is_that_of_the_release():
    model = MODELS.build(load('oclr_synthetic').model)
    assert sum(p.numel() for p in model.parameters()) == 20_660_932
    weights = [
        getattr(model, name).loss_weight
        for name in ('loss_amodal', 'loss_boundary', 'loss_order')
    ]
    assert weights == [1, 0.2, 0.05]
    assert model.loss_modal.loss_weight == 0.1


def test_the_rate_rises_to_its_full_value_and_is_halved():
    cfg = load('oclr_synthetic')
    # The same schedule, a thousand times as fast.
    warm_up, halving = cfg.param_scheduler
    assert (warm_up.begin, warm_up.end) == (0, 40001)
    assert halving.milestones == list(range(80000, 600000, 80000))
    warm_up.end = 41
    halving.milestones = [step // 1000 for step in halving.milestones]
    found = rates(cfg, [0, 10, 20, 40, 60, 79, 80, 159, 160, 599])
    expected = [0, 0.25, 0.5, 1, 1, 1, 0.5, 0.5, 0.25, 0.5**7]
    assert found == pytest.approx([5e-5 * r for r in expected], abs=1e-9)


def test_gradients_are_clipped_by_value():
    wrapper = build_optim_wrapper(
        torch.nn.Linear(1, 1),
        load('oclr_synthetic').optim_wrapper
    )
    assert wrapper.clip_func is torch.nn.utils.clip_grad_value_
    assert wrapper.clip_grad_kwargs == dict(clip_value=5)


def shrink(loader):
    """The data of a config in a small world."""
    loader.dataset.update(num_videos=3, num_frames=4, size=(64, 112))
    if loader.dataset.get('clip_length'):
        loader.dataset.clip_length = 3
    return DATASETS.build(loader.dataset)


def training_batch(cfg, num=2):
    loader = cfg.train_dataloader
    for step in loader.dataset.pipeline[0].transforms:
        if step.type == 'ResizeFlows':
            step.size = (32, 64)
    dataset = shrink(loader)
    sampler = DATA_SAMPLERS.build(
        dict(loader.sampler), default_args=dict(dataset=dataset, seed=0)
    )
    return pseudo_collate([dataset[sampler.draw(n)] for n in range(num)])


@pytest.mark.parametrize(
    'name, num_layers', [
        ('oclr_synthetic', 3),
        ('oclr-small_synthetic', 3),
        ('ablation/oclr-small_synthetic_one-layer', 1),
        ('ablation/oclr-small_synthetic_modal', 3),
        ('ablation/oclr_synthetic_no-norm', 3),
    ]
)
def test_a_clip_of_a_small_world_trains_the_network(name, num_layers):
    cfg = load(name)
    data = training_batch(cfg)
    cfg.model.encoder.channels = widths = (4, 4, 4, 8)
    cfg.model.binding.update(in_channels=8, mlp_channels=8)
    cfg.model.decoder.in_channels = widths
    cfg.model.order_head.in_channels = 8
    model = MODELS.build(cfg.model)
    data = model.data_preprocessor(data, True)
    assert data['inputs']['flows'].shape[:3] == (2, 6, 2)
    assert 'frames' not in data['inputs']
    assert model.binding.num_queries == num_layers
    losses = model(**data, mode='loss')
    sum(losses.values()).backward()
    has_order = num_layers > 1 and 'modal' not in name
    for key, parameter in model.named_parameters():
        if has_order or not key.startswith('order_head'):
            assert parameter.grad.isfinite().all(), key


def test_flow_of_training_is_estimated():
    # Exact flow of a scene has one motion per layer and no noise.
    cfg = load('oclr_synthetic')
    dataset = shrink(cfg.train_dataloader)
    clean = Config(dict(dataset=cfg.train_dataloader.dataset)).dataset
    clean.pipeline[0].transforms = [
        dict(type='RenderScene', gaps=(1, -1), missing='opposite'),
        dict(type='RemoveKeys', keys=['frames', 'frame_gaps']),
        dict(type='ResizeFlows', size=(128, 224)),
    ]
    found, exact = (
        one[0]['inputs']['flows'] for one in (dataset, DATASETS.build(clean))
    )
    assert found.shape == exact.shape == (6, 2, 128, 224)
    error = (found - exact).norm(dim=1)
    assert 0 < error.median() < 1


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """A video whose flow of gap n is (n, 0), in the released layout."""
    root = tmp_path_factory.mktemp('data')
    image = Image.new('L', SIZE[::-1], 255)
    for folder, suffix in (('JPEGImages', 'jpg'), ('Annotations', 'png')):
        path = root / folder / 'dog'
        path.mkdir(parents=True)
        for t in range(LENGTH):
            image.save(path / f'{t:05d}.{suffix}')
    for gap in (1, -1):
        path = root / f'Flows_gap{gap}' / 'dog'
        path.mkdir(parents=True)
        flow = np.zeros((*SIZE, 2), np.float32)
        flow[..., 0] = gap
        for t in range(max(0, -gap), min(LENGTH, LENGTH - gap)):
            write_flow(path / f'{t:05d}.flo', flow)
    return root


@pytest.mark.parametrize(
    'name', ['davis', 'segtrackv2', 'fbms59', 'moca', 'davis17-motion']
)
def test_every_frame_is_seen_with_both_flows(name, tree):
    loader = load(f'oclr_{name}').test_dataloader
    # The names of the videos of the real data set do not matter here.
    dataset = DATASETS.build(
        dict(
            type='VideoSegDataset',
            data_root=str(tree),
            data_prefix=dict(img='JPEGImages', mask='Annotations'),
            **{
                key: loader.dataset[key]
                for key in ('gaps', 'pipeline', 'test_mode', 'flow_layout')
            },
            require_mask=loader.dataset.get('require_mask', False),
        )
    )
    assert not dataset.require_mask
    for t in range(LENGTH):
        sample = dataset[t]
        flows = sample['inputs']['flows']
        assert flows.shape == (2, 2, 128, 224)
        # 7 times as wide as the file; the opposite stands in, negated.
        assert flows[:, 0, 60, 100].tolist() == [7, -7]
        assert 'frames' not in sample['inputs']


@pytest.mark.parametrize('name', ['davis', 'segtrackv2', 'fbms59', 'moca'])
def test_the_foreground_is_found_without_labels(name):
    cfg = load(f'oclr_{name}')
    (step, ) = cfg.model.postprocess
    assert (step.type, step.keep) == ('ForegroundObjects', 'union')
    assert METRICS.build(cfg.test_evaluator).oracle == ('clip', )


@pytest.mark.parametrize(
    'name, average', [
        ('davis', 'sequence'),
        ('segtrackv2', 'sequence'),
        ('fbms59', 'frame'),
    ]
)
def test_averages_are_those_of_the_published_numbers(name, average):
    for config in (f'oclr_{name}', f'oclr_adapt_{name}'):
        evaluator = load(config).test_evaluator
        assert METRICS.build(evaluator).average == average


def test_several_objects_are_told_apart():
    cfg = load('oclr_davis17-motion')
    assert 'postprocess' not in cfg.model
    assert cfg.test_evaluator.type == 'VideoObjectMetric'


@pytest.mark.parametrize(
    'amplitude, periods, largest', [
        ('camera_sway', (30, 70), 0.5),
        ('camera_zoom', (30, 70), 0.005),
        ('growth', (20, 60), 0.01),
    ]
)
def test_scenes_turn_and_grow_as_fast_as_even_draws(
    amplitude, periods, largest
):
    cfg = load('oclr_synthetic')
    world = cfg.train_dataloader.dataset.world
    assert world == cfg.val_dataloader.dataset.world
    rates = [
        np.diff(
            world[amplitude] * waves(np.random.default_rng(i), 30, periods)
        ) for i in range(200)
    ]
    assert np.std(rates) == pytest.approx(largest / 3**0.5, rel=0.1)
    assert 0.9e-4 < world.perspective / 448 < 1.1e-4


def flatten(value, name=''):
    """Settings of a config by their dotted names, lists as a whole."""
    if not isinstance(value, dict):
        return {name: value}
    found = {}
    for key, item in value.items():
        found.update(flatten(item, f'{name}.{key}' if name else key))
    return found


def changes(name, base):
    """What a config says otherwise than another one, None where nothing."""
    old, new = (flatten(load(each).to_dict()) for each in (base, name))
    return {
        key: new.get(key)
        for key in old.keys() | new.keys() if old.get(key) != new.get(key)
    }


NO_LOSS = ('type', 'loss_weight')
ABLATIONS = {
    'no-norm': {
        'encoder.norm.type': None,
        'encoder.norm.affine': None,
        'encoder.bias': True,
    },
    'no-boundary': {
        f'loss_boundary.{key}': None
        for key in NO_LOSS
    },
    'modal': {
        'targets': 'modal',
        **{
            f'loss_{loss}.{key}': None
            for loss in ('order', 'modal')
            for key in NO_LOSS
        },
    },
    't15': {
        'clip_length': 15,
        'clip_overlap': 5
    },
}


@pytest.mark.parametrize('name', ABLATIONS)
def test_ablations_change_what_they_say_and_nothing_else(name):
    expected = {f'model.{key}': v for key, v in ABLATIONS[name].items()}
    if name == 't15':
        expected['train_dataloader.dataset.clip_length'] = 15
    found = changes(f'ablation/oclr_synthetic_{name}', 'oclr_synthetic')
    assert found == expected


def test_small_ablations_change_what_they_say_and_nothing_else():
    small = 'oclr-small_synthetic'
    pipeline = 'train_dataloader.dataset.pipeline'
    merged = changes(f'ablation/{small}_one-layer', small)
    steps = merged.pop(pipeline)
    assert steps.pop(1) == dict(type='MergeObjects')
    assert steps == load(small
                         ).to_dict()['train_dataloader']['dataset']['pipeline']
    assert merged == {
        'model.binding.num_queries': 1,
        'model.decoder.num_queries': 1,
    }
    exact = changes(f'ablation/{small}_exact-flow', small)
    assert exact.keys() == {pipeline, 'exact', 'supervision.flow'}
    visible = changes(f'ablation/{small}_modal', small)
    assert visible == {
        f'model.{key}': value
        for key, value in ABLATIONS['modal'].items()
    }


@pytest.mark.parametrize(
    'name', [
        'oclr-small_davis', 'oclr-small_crf_davis', 'oclr_davis',
        'oclr_davis17-motion', 'oclr_segtrackv2', 'oclr_fbms59', 'oclr_moca'
    ]
)
def test_what_is_only_evaluated_has_nothing_to_train(name):
    cfg = load(name)
    for keys in (
        ('train_dataloader', 'train_cfg', 'optim_wrapper'),
        ('val_dataloader', 'val_cfg', 'val_evaluator'),
        ('param_scheduler', ),
    ):
        assert [cfg.get(key) for key in keys] == [None] * len(keys)
    for key in ('test_dataloader', 'test_cfg', 'test_evaluator'):
        assert cfg[key] is not None


def test_real_video_looks_like_the_scenes_of_training():
    real, scenes = (
        load(name).test_dataloader.dataset.pipeline
        for name in ('oclr-small_davis', 'oclr-small_synthetic')
    )
    assert real[-5:] == scenes[-5:]
    assert real[-4].type == 'SubtractBackgroundMotion'
    train = load('oclr-small_synthetic').train_dataloader.dataset.pipeline
    assert train[0].transforms[0].transforms == scenes[:-1]


def test_the_baseline_learns_the_same_scenes_frame_by_frame():
    cfg = Config.fromfile(ROOT / 'configs/mg/mg-small_synthetic_labels.py')
    loader = cfg.train_dataloader
    ours = load('oclr-small_synthetic').train_dataloader.dataset
    assert loader.dataset.world == ours.world
    cached, *_ = loader.dataset.pipeline
    assert cached == ours.pipeline[0].transforms[0]
    dataset = shrink(loader)
    model = MODELS.build(cfg.model)
    data = model.data_preprocessor(
        pseudo_collate([dataset[0], dataset[7]]), True
    )
    losses = model(**data, mode='loss')
    assert list(losses) == ['loss_mask']
    losses['loss_mask'].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.isfinite().all(), name
