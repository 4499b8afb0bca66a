import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmmotion.models.encoders import VGGEncoder
from mmmotion.registry import MODELS


def test_parameter_count_of_the_original():
    encoder = MODELS.build(dict(type='VGGEncoder'))
    assert sum(p.numel() for p in encoder.parameters()) == 3_181_888


@pytest.mark.parametrize('size', [(16, 24), (13, 21)])
def test_maps_are_finest_first_and_halved_upwards(size):
    encoder = VGGEncoder(2, (4, 6, 8))
    maps = encoder(torch.rand(2, 2, *size))
    for i, features in enumerate(maps):
        assert features.shape[1] == encoder.out_channels[i]
        expected = tuple(-(-side // 2**i) for side in size)
        assert features.shape[-2:] == expected


def test_maps_are_two_convolutions_after_a_maximum():
    encoder = VGGEncoder(3, (4, 6)).double()
    x = torch.randn(1, 3, 8, 12, dtype=torch.float64)
    first, second = encoder(x)
    for stage, image, expected in (
        (encoder.stages[0], x, first),
        (encoder.stages[1], F.max_pool2d(first, 2), second),
    ):
        for block in stage:
            image = F.conv2d(
                image, block.conv.weight, block.conv.bias, padding=2
            )
            image = F.instance_norm(
                image, weight=block.norm.weight, bias=block.norm.bias
            ).relu()
        torch.testing.assert_close(image, expected)


def test_other_images_of_the_batch_do_not_matter():
    encoder = VGGEncoder(3, (4, 6))
    x = torch.randn(2, 3, 8, 8)
    for both, alone in zip(encoder(x), encoder(x[:1])):
        torch.testing.assert_close(both[:1], alone)


@pytest.mark.parametrize(
    'norm, count', [('instance', 4), (None, 0), (dict(type='BN'), 0)]
)
def test_norm_comes_from_the_config(norm, count):
    encoder = VGGEncoder(3, (4, 6), norm=norm)
    modules = list(encoder.modules())
    assert sum(isinstance(m, nn.InstanceNorm2d) for m in modules) == count
    assert sum(isinstance(m, nn.BatchNorm2d)
               for m in modules) == 4 * isinstance(norm, dict)
    encoder(torch.rand(1, 3, 8, 8))[-1].sum().backward()


def test_contracting_path_of_a_unet():
    encoder = VGGEncoder(
        4,
        (3, 5),
        kernel_size=3,
        norm=dict(type='IN', affine=False),
        bias=False,
        negative_slope=0.01,
    )
    assert sum(p.numel() for p in encoder.parameters()
               ) == 9 * (4 * 3 + 3 * 3 + 3 * 5 + 5 * 5)
    x = torch.randn(1, 4, 6, 8)
    first, second = encoder(x)
    for stage, image, expected in ((0, x, first), (1, F.max_pool2d(first, 2),
                                                   second)):
        for block in encoder.stages[stage]:
            image = F.conv2d(image, block.conv.weight, padding=1)
            image = F.leaky_relu(F.instance_norm(image), 0.01)
        torch.testing.assert_close(image, expected)


def test_rejects_an_encoder_without_channels():
    with pytest.raises(ValueError, match='channels must not be empty'):
        VGGEncoder(channels=())
