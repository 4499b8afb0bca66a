import builtins
import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch
from torch import nn

from mmmotion.engine import CheckpointError
from mmmotion.registry import MODELS


class Extractor(nn.Module):
    """What timm makes of a network, in the names of three of its wrappers."""

    def __init__(self, output_fmt, out_indices=(0, 1)):
        super().__init__()
        self.output_fmt = output_fmt
        self.indices = out_indices
        self.patch_embed = nn.Conv2d(3, 4, 4, 4)
        self.stages_0 = nn.Conv2d(4, 6, 2, 2)
        self.model = nn.ModuleDict(dict(norm=nn.BatchNorm2d(6)))
        channels = [(4, 6)[i] for i in out_indices]
        self.feature_info = SimpleNamespace(channels=lambda: channels)

    def forward(self, x):
        maps = [self.patch_embed(x)]
        maps.append(self.model['norm'](self.stages_0(maps[0])))
        if self.output_fmt == 'NHWC':
            maps = [m.permute(0, 2, 3, 1) for m in maps]
        return [maps[i] for i in self.indices]


RENAMED = {
    'net.stages_0.weight': 'stages.0.weight',
    'net.stages_0.bias': 'stages.0.bias',
}


@pytest.fixture
def timm(monkeypatch):
    module = ModuleType('timm')
    known = dict(toy='NCHW', toy_swin='NHWC', broken='')

    def create_model(name, pretrained, features_only, **settings):
        assert not pretrained and features_only
        if name == 'broken':
            raise RuntimeError('features_only not implemented')
        return Extractor(known[name], **settings)

    module.create_model = create_model
    module.is_model = lambda name: name in known
    module.list_models = lambda: list(known)
    module.get_pretrained_cfg = lambda name: SimpleNamespace(
        mean=(0.5, 0.5, 0.5) if name == 'toy_swin' else (0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
    )
    monkeypatch.setitem(sys.modules, 'timm', module)
    return module


def released(encoder):
    """State dict of the whole network, with a classifier."""
    state = {'head.weight': torch.zeros(1)}
    for name, value in encoder.state_dict().items():
        plain = RENAMED.get(name, name.removeprefix('net.'))
        state[plain.removeprefix('model.')] = torch.rand_like(value.float())
    return state


def test_maps_have_their_channels_second(timm):
    image = torch.rand(2, 3, 16, 24)
    for name in ('toy', 'toy_swin'):
        encoder = MODELS.build(dict(type='TimmEncoder', model_name=name))
        assert [m.shape for m in encoder(image)] == [(2, 4, 4, 6),
                                                     (2, 6, 2, 3)]
        assert encoder.out_channels == (4, 6)


def test_maps_are_chosen(timm):
    encoder = MODELS.build(
        dict(type='TimmEncoder', model_name='toy', out_indices=[1])
    )
    assert encoder.out_channels == (6, )
    assert len(encoder(torch.rand(1, 3, 16, 16))) == 1


def test_a_file_of_the_whole_network_is_read(timm, tmp_path):
    cfg = dict(type='TimmEncoder', model_name='toy')
    state = released(MODELS.build(cfg))
    torch.save(state, tmp_path / 'toy.pth')
    init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / 'toy.pth'))
    encoder = MODELS.build(dict(cfg, init_cfg=init_cfg))
    encoder.init_weights()
    net = encoder.net
    assert torch.equal(net.patch_embed.weight, state['patch_embed.weight'])
    assert torch.equal(net.stages_0.bias, state['stages.0.bias'])
    assert torch.equal(net.model['norm'].weight, state['norm.weight'])
    own = encoder.state_dict()
    assert encoder.rename_released(own).keys() == own.keys()
    del state['stages.0.bias']
    torch.save(state, tmp_path / 'toy.pth')
    with pytest.raises(CheckpointError, match=r'1 missing: net\.stages_0'):
        MODELS.build(dict(cfg, init_cfg=init_cfg)).init_weights()


def test_the_whole_network_is_frozen_or_none_of_it(timm):
    cfg = dict(type='TimmEncoder', model_name='toy')
    encoder = MODELS.build(dict(cfg, frozen_stages='all')).train()
    assert not any(p.requires_grad for p in encoder.parameters())
    assert not encoder.net.training
    with pytest.raises(ValueError, match="'all' or between -1 and 0"):
        MODELS.build(dict(cfg, frozen_stages=2))


def test_another_normalisation_is_said(timm, monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmmotion.models.encoders.timm_encoder.print_log',
        lambda message, **_: said.append(message),
    )
    for name in ('toy', 'toy_swin'):
        MODELS.build(dict(type='TimmEncoder', model_name=name))
    message, = said
    assert 'mean=(127.5, 127.5, 127.5), std=(58.395, 57.12, 57.375)' in message


def test_unknown_and_unsuitable_networks_are_named(timm):
    with pytest.raises(ValueError, match=r"'toi', did you mean toy"):
        MODELS.build(dict(type='TimmEncoder', model_name='toi'))
    with pytest.raises(ValueError, match=r"'broken' .* not implemented"):
        MODELS.build(dict(type='TimmEncoder', model_name='broken'))


@pytest.mark.parametrize(
    'error, message',
    [
        (
            ModuleNotFoundError('no module', name='torchvision'),
            r"torchvision is missing: pip install 'mmmotion\[timm\]'",
        ),
        (
            RuntimeError('operator torchvision::nms does not exist'),
            rf'nms .* that was built for torch {torch.__version__[:4]}',
        ),
    ],
)
def test_what_to_install_is_said(error, message, monkeypatch):
    import_module = builtins.__import__

    def fail(name, *args, **kwargs):
        if name == 'timm':
            raise error
        return import_module(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', fail)
    with pytest.raises(ImportError, match=message):
        MODELS.build(dict(type='TimmEncoder', model_name='resnet18'))
