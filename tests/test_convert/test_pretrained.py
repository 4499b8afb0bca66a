import argparse

import pytest
import torch

from mmmotion.engine import CheckpointError
from mmmotion.registry import MODELS

VIT = dict(
    type='ViTEncoder',
    patch_size=4,
    embed_dims=8,
    depth=1,
    num_heads=2,
    img_size=8,
)
SWIN = dict(
    type='SwinEncoder',
    embed_dims=4,
    depths=(1, 1),
    num_heads=(1, 1),
    window_size=2
)
RESNET = dict(type='ResNetEncoder', depth=18, out_indices=(0, ))


def initialised(cfg, path, **settings):
    init_cfg = dict(type='Pretrained', checkpoint=str(path), **settings)
    model = MODELS.build(dict(cfg, init_cfg=init_cfg))
    model.init_weights()
    return model


def released(cfg):
    return {k: v.clone() for k, v in MODELS.build(cfg).state_dict().items()}


def wrap_dino(state):
    teacher = {f'backbone.{name}': value for name, value in state.items()}
    return dict(teacher=teacher, student={}, epoch=100)


def wrap_swin(state):
    return dict(model={**state, 'head.bias': torch.zeros(2)})


def wrap_moby(state):
    return dict(model={f'encoder.{name}': state[name] for name in state})


def wrap_resnet(state):
    return {**state, 'fc.bias': torch.zeros(2)}


@pytest.mark.parametrize(
    'cfg, wrap',
    [
        (VIT, dict),
        (VIT, wrap_dino),
        (SWIN, wrap_swin),
        (SWIN, wrap_moby),
        (RESNET, wrap_resnet),
    ],
)
def test_an_encoder_reads_released_files(cfg, wrap, tmp_path):
    state = released(cfg)
    torch.save(wrap(state), tmp_path / 'released.pth')
    model = initialised(cfg, tmp_path / 'released.pth')
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name]), name


def test_frozen_weights_are_loaded_too(tmp_path):
    state = released(VIT)
    torch.save(state, tmp_path / 'vit.pth')
    cfg = dict(VIT, frozen_stages='all')
    model = initialised(cfg, tmp_path / 'vit.pth')
    assert torch.equal(model.cls_token, state['cls_token'])
    assert not model.cls_token.requires_grad


def test_an_encoder_in_a_checkpoint_of_ours(tmp_path):
    state = {f'encoder.{k}': v for k, v in released(VIT).items()}
    state['head.conv.bias'] = torch.zeros(2)
    torch.save(dict(meta={}, state_dict=state), tmp_path / 'ours.pth')
    model = initialised(VIT, tmp_path / 'ours.pth', prefix='encoder.')
    assert torch.equal(model.norm.weight, state['encoder.norm.weight'])
    with pytest.raises(CheckpointError, match=r"'net\.', .*encoder\., head\."):
        initialised(VIT, tmp_path / 'ours.pth', prefix='net.')


def test_an_encoder_finds_itself_in_a_checkpoint_of_ours(tmp_path):
    state = {f'encoder.{k}': v for k, v in released(VIT).items()}
    state['head.norm.weight'] = torch.zeros(8)
    torch.save(dict(state_dict=state), tmp_path / 'ours.pth')
    model = initialised(VIT, tmp_path / 'ours.pth')
    assert torch.equal(model.norm.weight, state['encoder.norm.weight'])
    twice = {f'teacher.{k}': v for k, v in state.items()}
    torch.save({**state, **twice}, tmp_path / 'twice.pth')
    with pytest.raises(CheckpointError, match=r'twice\.pth holds no ViT'):
        initialised(VIT, tmp_path / 'twice.pth')


def test_a_file_of_another_network_is_refused(tmp_path):
    torch.save(released(VIT), tmp_path / 'vit.pth')
    message = r'vit\.pth holds no SwinEncoder: .* swin: .*; .* moby: '
    with pytest.raises(CheckpointError, match=message):
        initialised(SWIN, tmp_path / 'vit.pth')


def test_weights_of_another_size_are_refused(tmp_path):
    torch.save(released(dict(VIT, img_size=16)), tmp_path / 'vit.pth')
    message = r'pos_embed \(checkpoint \(1, 17, 8\), model \(1, 5, 8\)\)'
    with pytest.raises(CheckpointError, match=message):
        initialised(VIT, tmp_path / 'vit.pth')


def test_other_modules_take_what_fits(tmp_path):
    cfg = dict(type='FCNHead', in_channels=2, num_groups=3)
    bias = torch.rand(3)
    state = {'conv.bias': bias, 'extra': torch.zeros(1)}
    torch.save(state, tmp_path / 'head.pth')
    model = initialised(cfg, tmp_path / 'head.pth')
    assert torch.equal(model.conv.bias, bias)
    torch.save(dict(extra=torch.zeros(1)), tmp_path / 'nothing.pth')
    with pytest.raises(CheckpointError, match='0 of the 2 entries'):
        initialised(cfg, tmp_path / 'nothing.pth')


def test_files_that_would_be_executed_are_refused(tmp_path):
    content = dict(teacher=released(VIT), args=argparse.Namespace(seed=0))
    torch.save(content, tmp_path / 'full.pth')
    with pytest.raises(CheckpointError, match='convert_checkpoint'):
        initialised(VIT, tmp_path / 'full.pth')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        initialised(VIT, tmp_path / 'absent.pth')


def test_a_missing_file_is_said_where_to_have(tmp_path):
    message = r'absent\.pth .* download it from https://x\.org/vit, .* None'
    with pytest.raises(FileNotFoundError, match=message):
        initialised(VIT, tmp_path / 'absent.pth', url='https://x.org/vit')
