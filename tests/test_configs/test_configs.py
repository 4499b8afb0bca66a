import copy
import functools
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmmotion.registry import (
    DATA_SAMPLERS,
    DATASETS,
    LOOPS,
    METRICS,
    MODELS,
    TRANSFORMS,
)
from mmmotion.structures import MotionDataSample

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(
    path.relative_to(ROOT / 'configs').as_posix()
    for path in (ROOT / 'configs').glob('*/**/*.py')
    if '_base_' not in path.parts
)
SUPERVISION = dict(
    masks={'none', 'synthetic', 'labels'},
    flow={'none', 'synthetic'},
    encoder={'none', 'self', 'labels'},
)
SIZE = (32, 48)

# What makes an encoder of its type small.
NARROW = dict(
    UNetEncoder=dict(base_channels=4),
    VGGEncoder=dict(channels=(4, 4, 4)),
    ViTEncoder=dict(embed_dims=8, num_heads=2, img_size=32),
    SwinEncoder=dict(
        embed_dims=4, depths=(1, 1, 1, 1), num_heads=(1, 1, 1, 1)
    ),
    ResNetEncoder=dict(depth=18),
)


@functools.cache
def read(name):
    return Config.fromfile(ROOT / 'configs' / name)


def load(name):
    return copy.deepcopy(read(name))


def one_of_each_model():
    """Names of the configs, one for all that have the same segmentor."""
    # Flow networks are no segmentors, see test_flow_configs.py, and what is
    # fine-tuned on labels is no method, see test_voc_config.py.
    names = [
        name for name in CONFIGS if not name.startswith('flow/')
        and read(name).supervision.masks == 'none'
    ]
    return sorted({repr(read(name).model): name for name in names}.values())


def fit_width(head, widths, default):
    """Let a head read maps of other widths."""
    index = head.get('in_index', default)
    if isinstance(index, int):
        head.in_channels = widths[index]
    else:
        head.in_channels = [widths[i] for i in index]


def build_small(cfg):
    """The model of a config with narrow parts."""
    model = cfg.model
    if 'encoder' in model:
        model.encoder.update(NARROW[model.encoder.type])
        widths = MODELS.build(model.encoder).out_channels
    if 'head' in model and model.head.type == 'MaskFormerHead':
        model.head.update(
            in_channels=widths,
            channels=32,
            binding=dict(num_layers=1, mlp_channels=8),
        )
    elif 'head' in model:
        fit_width(model.head, widths, 0)
    if 'head' in model.get('motion_model', {}):
        fit_width(model.motion_model.head, widths, -1)
    if 'binding' in model:
        width = widths[model.binding.get('in_index', -1)]
        model.binding.in_channels = width
        model.decoder.in_channels = width
        model.decoder.channels = (4, 4, 4)
    if model.get('motion_model', {}).get('type') == 'SegmentFlow':
        model.motion_model.input_size = (64, 64)
    for step in model.get('postprocess', ()):
        if step.type == 'ObjectChannel':
            step.channel = 0  # random weights do not tell
        if isinstance(step.get('features'), dict):
            step.features.update(NARROW[step.features.type], init_cfg=None)
    return MODELS.build(model)


def batch(num_frames=2):
    generator = torch.Generator().manual_seed(0)
    return dict(
        frames=torch.randn(num_frames, 2, 3, *SIZE, generator=generator),
        flows=torch.randn(num_frames, 2, 2, *SIZE, generator=generator),
    )


@pytest.fixture(scope='module')
def img_path(tmp_path_factory):
    """A frame that post-processing may want to read again."""
    path = tmp_path_factory.mktemp('frames') / '0.png'
    cv2.imwrite(str(path), np.full((40, 60, 3), 90, np.uint8))
    return str(path)


def samples(count, img_path=None):
    return [
        MotionDataSample(
            metainfo=dict(
                video_id='v',
                frame_id=str(i),
                img_path=img_path,
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


@pytest.mark.parametrize('name', one_of_each_model())
def test_model_predicts_at_the_size_of_the_annotation(name, img_path):
    model = build_small(load(name)).eval()
    for sample in model(batch(), samples(2, img_path), mode='predict'):
        assert sample.pred_seg.shape == (40, 60)
        assert sample.pred_masks.shape == (2, 40, 60)
        assert torch.isfinite(sample.pred_masks).all()


@pytest.mark.parametrize('name', one_of_each_model())
def test_model_returns_logits(name):
    logits = build_small(load(name)).eval()(batch(), mode='tensor')
    assert logits.ndim == 4
    assert logits.shape[-2:] == SIZE


@pytest.mark.parametrize(
    'name',
    [name for name in one_of_each_model() if not name.startswith('baseline/')],
)
def test_training_gives_gradients_and_reads_no_label(name):
    model = build_small(load(name)).eval()
    losses = model(batch(), samples(2), mode='loss')
    without = model(batch(), [MotionDataSample()] * 2, mode='loss')
    assert losses == without
    total, _ = model.parse_losses(losses)
    total.backward()
    for parameter in model.parameters():
        assert (parameter.grad is not None) == parameter.requires_grad
        if parameter.requires_grad:
            assert torch.isfinite(parameter.grad).all()


@pytest.mark.parametrize('name', CONFIGS)
def test_every_component_is_registered(name):
    cfg = load(name)
    for key in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        if cfg[key] is None:
            continue
        dataset = cfg[key].dataset
        assert DATASETS.get(dataset.type) is not None
        for part in dataset.get('datasets', [dataset]):
            assert DATASETS.get(part.type) is not None
            for step in part.pipeline:
                TRANSFORMS.build(step)
        assert DATA_SAMPLERS.get(cfg[key].sampler.type) is not None
    evaluators = cfg.test_evaluator
    for item in evaluators if isinstance(evaluators, list) else [evaluators]:
        METRICS.build(item)
    assert LOOPS.get(cfg.test_cfg.type) is not None
