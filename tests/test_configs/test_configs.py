from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS

from mmmotion.registry import DATASETS, LOOPS, METRICS, MODELS, TRANSFORMS
from mmmotion.structures import MotionDataSample

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(
    path.relative_to(ROOT / 'configs').as_posix()
    for path in (ROOT / 'configs').glob('*/*.py')
    if path.parent.name != '_base_'
)
SUPERVISION = dict(
    masks={'none'},
    flow={'none', 'synthetic'},
    encoder={'none', 'self', 'labels'},
)
SIZE = (32, 48)


def load(name):
    return Config.fromfile(ROOT / 'configs' / name)


def build_small(cfg):
    """The model of a config with narrow parts."""
    model = cfg.model.copy()
    if 'encoder' in model and model.encoder.type == 'UNetEncoder':
        model.encoder.base_channels = 4
    elif 'encoder' in model:
        model.encoder.channels = (4, ) * len(model.encoder.channels)
    if 'head' in model:
        model.head.in_channels = 4
    if 'binding' in model:
        model.binding.in_channels = 4
        model.decoder.in_channels = 4
        model.decoder.channels = (4, 4, 4)
    return MODELS.build(model)


def batch(num_frames=2):
    generator = torch.Generator().manual_seed(0)
    return dict(
        frames=torch.randn(num_frames, 1, 3, *SIZE, generator=generator),
        flows=torch.randn(num_frames, 2, 2, *SIZE, generator=generator),
    )


def samples(count):
    return [
        MotionDataSample(
            metainfo=dict(
                video_id='v',
                frame_id=str(i),
                frame_index=i,
                num_frames=count,
                ori_shape=(40, 60),
            ),
            gt_masks=torch.ones(1, 40, 60, dtype=torch.bool),
        ) for i in range(count)
    ]


def test_there_are_configs():
    assert 'gwm/gwm_unet_synthetic.py' in CONFIGS


@pytest.mark.parametrize('name', CONFIGS)
def test_config_says_what_supervision_it_leans_on(name):
    supervision = load(name).supervision
    assert set(supervision) == set(SUPERVISION)
    for key, value in supervision.items():
        assert value in SUPERVISION[key]


@pytest.mark.parametrize('name', CONFIGS)
def test_model_predicts_at_the_size_of_the_annotation(name):
    model = build_small(load(name)).eval()
    for sample in model(batch(), samples(2), mode='predict'):
        assert sample.pred_seg.shape == (40, 60)
        assert sample.pred_masks.shape == (2, 40, 60)
        assert torch.isfinite(sample.pred_masks).all()


@pytest.mark.parametrize('name', CONFIGS)
def test_model_returns_logits(name):
    logits = build_small(load(name)).eval()(batch(), mode='tensor')
    assert logits.ndim == 4
    assert logits.shape[-2:] == SIZE


@pytest.mark.parametrize(
    'name', [name for name in CONFIGS if not name.startswith('baseline/')]
)
def test_training_gives_gradients_and_reads_no_label(name):
    model = build_small(load(name)).eval()
    losses = model(batch(), samples(2), mode='loss')
    without = model(batch(), [MotionDataSample()] * 2, mode='loss')
    assert losses == without
    total, _ = model.parse_losses(losses)
    total.backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        assert torch.isfinite(parameter.grad).all()


@pytest.mark.parametrize('name', CONFIGS)
def test_every_component_is_registered(name):
    cfg = load(name)
    for key in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        if cfg[key] is None:
            continue
        dataset = cfg[key].dataset
        assert DATASETS.get(dataset.type) is not None
        for step in dataset.pipeline:
            TRANSFORMS.build(step)
    METRICS.build(cfg.test_evaluator)
    assert LOOPS.get(cfg.test_cfg.type) is not None


@pytest.mark.parametrize(
    'iteration, rate',
    [(0, 1.5e-10), (1, 1.0015e-7), (750, 0.746836e-4), (1499, 1.486355e-4),
     (1500, 1.487338e-4), (1600, None)],
)
def test_learning_rate_of_gwm_follows_the_release(iteration, rate):
    cfg = load('gwm/gwm_unet_davis.py')
    parameter = torch.nn.Linear(1, 1)
    wrapper = build_optim_wrapper(parameter, cfg.optim_wrapper)
    schedulers = [
        PARAM_SCHEDULERS.build(item, default_args=dict(optimizer=wrapper))
        for item in cfg.param_scheduler
    ]
    wrapper.optimizer.step()
    for _ in range(iteration):
        for scheduler in schedulers:
            scheduler.step()
    # The published table is for a base rate of 1.5e-4.
    expected = rate or 1.5e-4 * (1 - iteration / 160000)**0.9
    actual = wrapper.get_lr()['lr'][0] * 1.5e-4 / 7e-4
    assert actual == pytest.approx(expected, rel=1e-5)
