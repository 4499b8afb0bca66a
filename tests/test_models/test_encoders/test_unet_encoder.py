import pytest
import torch
from torch import nn

from mmmotion.models.encoders import UNetEncoder
from mmmotion.models.heads import FCNHead
from mmmotion.registry import MODELS


@pytest.mark.parametrize(
    'upsample, count', [('transposed', 31_037_828), ('bilinear', 17_263_172)]
)
def test_parameter_count_of_the_original(upsample, count):
    encoder = MODELS.build(dict(type='UNetEncoder', upsample=upsample))
    head = FCNHead(encoder.out_channels[0], num_groups=4)
    parameters = [*encoder.parameters(), *head.parameters()]
    assert sum(parameter.numel() for parameter in parameters) == count


@pytest.mark.parametrize('upsample', ['transposed', 'bilinear'])
@pytest.mark.parametrize('size', [(32, 48), (37, 51)])
def test_maps_are_finest_first_at_any_size(upsample, size):
    encoder = UNetEncoder(3, 8, 3, upsample).eval()
    maps = encoder(torch.rand(2, 3, *size))
    assert tuple(m.shape[1] for m in maps) == encoder.out_channels
    for i, features in enumerate(maps):
        assert features.shape[-2:] == (size[0] >> i, size[1] >> i)


def test_input_channels_and_norm_come_from_the_config():
    encoder = MODELS.build(
        dict(
            type='UNetEncoder',
            in_channels=2,
            base_channels=4,
            num_stages=2,
            norm_cfg=dict(type='GN', num_groups=2),
        )
    )
    assert sum(isinstance(m, nn.GroupNorm) for m in encoder.modules()) == 10
    encoder(torch.rand(1, 2, 16, 16))[0].sum().backward()
    assert all(p.grad is not None for p in encoder.parameters())


def test_every_level_reaches_the_finest_map():
    encoder = UNetEncoder(base_channels=4, num_stages=2)
    encoder(torch.rand(2, 3, 16, 16))[0].square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in encoder.down.parameters())


@pytest.mark.parametrize(
    'settings',
    [dict(upsample='nearest'), dict(num_stages=0)]
)
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        UNetEncoder(**settings)


def test_rejects_an_image_below_the_coarsest_map():
    encoder = UNetEncoder(base_channels=4, num_stages=4)
    with pytest.raises(ValueError, match='at least 16x16'):
        encoder(torch.rand(1, 3, 15, 64))
