"""The configs of Guess What Moves follow the recipe that they name."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from PIL import Image

from mmmotion.flow import write_flow
from mmmotion.registry import DATA_SAMPLERS, DATASETS, METRICS, MODELS

ROOT = Path(__file__).parents[2]
ENCODERS = 'vit8', 'swin-tiny', 'r50', 'unet'
DATA = dict(
    davis=('data/DAVIS', 'sequence'),
    segtrackv2=('data/SegTrackv2', 'frame'),
    fbms59=('data/FBMS59', 'frame'),
)
LENGTH = 14
IMAGE_SIZE = (18, 32)


def load(name):
    return Config.fromfile(ROOT / f'configs/gwm/{name}.py')


def optimize(cfg, model=None):
    """Optimizer and schedulers as the runner makes them."""
    wrapper = build_optim_wrapper(
        model or torch.nn.Linear(1, 1), cfg.optim_wrapper
    )
    return wrapper, [
        PARAM_SCHEDULERS.build(item, default_args=dict(optimizer=wrapper))
        for item in cfg.param_scheduler
    ]


def rate(cfg, iteration):
    wrapper, schedulers = optimize(cfg)
    wrapper.optimizer.step()
    for _ in range(iteration):
        for scheduler in schedulers:
            scheduler.step()
    return wrapper.get_lr()['lr'][0]


@pytest.mark.parametrize(
    'iteration, expected',
    [(0, 1.5e-10), (1, 1.0015e-7), (750, 0.746836e-4), (1499, 1.486355e-4),
     (1500, 1.487338e-4), (1600, None)],
)
def test_learning_rate_follows_the_release(iteration, expected):
    # The published table is for a base rate of 1.5e-4.
    expected = expected or 1.5e-4 * (1 - iteration / 160000)**0.9
    for name, base in (('vit8', 1.5e-4), ('swin-tiny', 6e-5), ('unet', 7e-4)):
        actual = rate(load(f'gwm_{name}_davis'), iteration) * 1.5e-4 / base
        assert actual == pytest.approx(expected, rel=1e-5)


def test_resnet_has_no_warm_up():
    cfg = load('gwm_r50_davis')
    assert rate(cfg, 0) == pytest.approx(1e-4)
    assert rate(cfg, 1000) == pytest.approx(1e-4 * (1 - 1000 / 160000)**0.9)


@pytest.mark.parametrize(
    'name, batch_size, decay, norm',
    [('vit8', 8, 0.01, 0.01), ('swin-tiny', 16, 0.01, 0.01),
     ('r50', 16, 1e-4, 0.01), ('unet', 16, 0.01, 5.0)],
)
def test_other_numbers_follow_the_release(name, batch_size, decay, norm):
    for data in DATA:
        cfg = load(f'gwm_{name}_{data}')
        assert cfg.train_dataloader.batch_size == batch_size
        assert cfg.auto_scale_lr.base_batch_size == batch_size
        assert cfg.optim_wrapper.optimizer.weight_decay == decay
        assert cfg.optim_wrapper.clip_grad.max_norm == norm
        assert cfg.train_cfg.max_iters == 20000
        assert cfg.model.loss_recon.loss_weight == 0.03


def optimized(name):
    """Model, and rate and decay of each trained parameter by its name."""
    cfg = load(name)
    model = MODELS.build(cfg.model)
    names = {id(p): key for key, p in model.named_parameters()}
    wrapper, _ = optimize(cfg, model)
    return model, {
        names[id(parameter)]: (group['lr'], group['weight_decay'])
        for group in wrapper.optimizer.param_groups
        for parameter in group['params'] if parameter.requires_grad
    }


def test_what_the_main_model_trains():
    with torch.device('meta'):
        model, trained = optimized('gwm_vit8_davis')
    weights = dict(model.named_parameters())
    # The released head has 222 more parameters, which are never used.
    count = sum(weights[name].numel() for name in trained)
    assert count == 15_901_662 - 222
    encoder = [p for p in model.encoder.parameters()]
    assert sum(p.numel() for p in encoder) == 85_807_872
    assert not any(p.requires_grad for p in encoder)
    assert not any(name.startswith('encoder.') for name in trained)
    free = {
        f'{name}.{entry}'
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.GroupNorm | torch.nn.LayerNorm)
        for entry in ('weight', 'bias')
    } | {'head.binding.queries.weight'}
    for name, settings in trained.items():
        decay = 0.0 if name in free else 0.01
        assert settings == pytest.approx((1.5e-10, decay)), name


def test_resnet_is_trained_slowly_with_fixed_norms():
    model, trained = optimized('gwm_r50_davis')
    assert trained['encoder.layer1.0.conv1.weight'][0] == pytest.approx(1e-5)
    assert trained['head.embedding.0.weight'][0] == pytest.approx(1e-4)
    assert not any('.bn' in name for name in trained)
    assert not model.train().encoder.layer1[0].bn1.training


def test_swins_position_biases_do_not_decay():
    _, trained = optimized('gwm_swin-tiny_davis')
    found = {
        settings[1]
        for name, settings in trained.items()
        if name.endswith('relative_position_bias_table')
    }
    assert found == {0.0}


@pytest.mark.parametrize('encoder, data', list(product(ENCODERS, DATA)))
def test_data_and_average_are_those_of_the_published_number(encoder, data):
    cfg = load(f'gwm_{encoder}_{data}')
    root, average = DATA[data]
    for split in ('train', 'val', 'test'):
        dataset = cfg[f'{split}_dataloader'].dataset
        assert dataset.data_root == root
        assert dataset.type.lower().startswith(data)
    for split in ('val', 'test'):
        assert METRICS.build(cfg[f'{split}_evaluator']).average == average


@pytest.mark.parametrize(
    'name, num_groups, motion_model',
    [
        ('constant', 4, 'ConstantMotion'),
        ('affine', 4, 'AffineMotion'),
        ('k2', 2, 'QuadraticMotion'),
        ('k3', 3, 'QuadraticMotion'),
        ('k5', 5, 'QuadraticMotion'),
    ],
)
def test_ablations_change_one_thing(name, num_groups, motion_model):
    main = load('gwm_vit8_davis')
    cfg = load(f'ablation/gwm_vit8_davis_{name}')
    assert cfg.model.head.num_groups == num_groups
    assert cfg.model.motion_model.type == motion_model
    main.model.head.num_groups = num_groups
    main.model.motion_model.type = motion_model
    assert dict(cfg) == dict(main)


@pytest.mark.parametrize('encoder', ENCODERS[:3])
def test_a_missing_encoder_is_said_where_to_have(
    encoder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    cfg = load(f'gwm_{encoder}_davis').model.encoder
    cfg.update(
        dict(vit8=dict(embed_dims=8, num_heads=2), r50=dict(
            depth=18
        )).get(encoder, dict(embed_dims=4, num_heads=(1, 1, 1, 1)))
    )
    model = MODELS.build(cfg)
    with pytest.raises(FileNotFoundError) as caught:
        model.init_weights()
    assert cfg.init_cfg.checkpoint in str(caught.value)
    assert f'download it from {cfg.init_cfg.url},' in str(caught.value)
    cfg.init_cfg = None
    MODELS.build(cfg).init_weights()


@pytest.fixture(scope='module')
def trees(tmp_path_factory):
    """The three data sets, a video or two each, with flow as released."""
    root = tmp_path_factory.mktemp('data')
    image = Image.new('L', IMAGE_SIZE[::-1], 255)
    for data, folder, gaps, video in (
        ('DAVIS', '480p', (1, 2, -1, -2), 'dog'),
        ('FBMS59', '', (3, 6, -3, -6), 'tennis'),
        ('SegTrackv2', '', (1, 2, -1, -2), 'worm'),
    ):
        for kind, suffix in (('JPEGImages', 'jpg'), ('Annotations', 'png')):
            path = root / data / kind / folder / video
            path.mkdir(parents=True)
            for t in range(LENGTH):
                image.save(path / f'{t:05d}.{suffix}')
        resolution = '1080p' if folder else ''
        for gap in gaps:
            path = root / data / f'Flows_gap{gap}' / resolution / video
            path.mkdir(parents=True)
            flow = np.full((*IMAGE_SIZE, 2), gap / 10, np.float32)
            for t in range(max(0, -gap), min(LENGTH, LENGTH - gap)):
                write_flow(path / f'{t:05d}.flo', flow)
    return root


def build_dataset(loader, root):
    """The data set of a loader, on disk below another root."""
    parts = loader.dataset.get('datasets', [loader.dataset])
    for part in parts:
        part.data_root = part.data_root.replace('data/', f'{root}/')
        if part.type == 'SegTrackv2':
            part.videos = ['worm']
    return DATASETS.build(loader.dataset)


def test_all_data_sets_are_drawn_in_proportion_to_their_length(trees):
    loader = load('gwm_vit8_all').train_dataloader
    dataset = build_dataset(loader, trees)
    sampler = DATA_SAMPLERS.build(
        loader.sampler, default_args=dict(dataset=dataset, seed=0)
    )
    assert len(sampler) == 3 * LENGTH
    gaps = dict(dog=set(), tennis=set(), worm=set())
    for number in range(60):
        one = dataset[sampler.draw(number)]
        sample, inputs = one['data_samples'], one['inputs']
        gaps[sample.video_id] |= set(sample.gaps)
        assert inputs['frames'].shape == (1, 3, 128, 224)
        # Pixels of the enlarged array: 854 / 32 times those of the file.
        expected = min(max(sample.gaps[0] / 10 * 854 / 32, -20), 20)
        flow = inputs['flows'][0, 0, 240, 400].item()
        assert flow == pytest.approx(expected, rel=1e-5)
    assert gaps == dict(
        dog={1, 2, -1, -2}, tennis={3, 6, -3, -6}, worm={1, 2, -1, -2}
    )


@pytest.mark.parametrize('data', ['segtrackv2', 'fbms59'])
def test_evaluation_needs_frames_and_annotations_alone(data, trees):
    loader = load(f'gwm_vit8_{data}').val_dataloader
    if data == 'fbms59':
        loader.dataset.update(split=None)  # one video is there of thirty
    dataset = build_dataset(loader, trees)
    assert len(dataset) == LENGTH
    one = dataset[0]
    assert set(one['inputs']) == {'frames'}
    assert one['data_samples'].gt_masks.shape == (1, *IMAGE_SIZE)


@pytest.mark.parametrize('encoder', ['vit-mini', 'swin-mini', 'r18'])
def test_small_ones_train_on_the_synthetic_world(encoder):
    cfg = load(f'gwm_{encoder}_synthetic')
    dataset = DATASETS.build(
        dict(cfg.train_dataloader.dataset, num_videos=2, num_frames=4)
    )
    sampler = DATA_SAMPLERS.build(
        cfg.train_dataloader.sampler,
        default_args=dict(dataset=dataset, seed=0)
    )
    batch = pseudo_collate([dataset[sampler.draw(i)] for i in range(2)])
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    history = [
        model.train_step(batch, wrapper)['loss'].item() for _ in range(10)
    ]
    # Single steps differ with the number of threads.
    assert sum(history[-3:]) / 3 < 0.7 * history[0]
    batch['inputs'].pop('flows')
    batch['data_samples'] = None
    with torch.no_grad():
        data = model.eval().data_preprocessor(batch)
        logits = model(data['inputs'], mode='tensor')
    assert logits.shape == (2, 4, 64, 112)
