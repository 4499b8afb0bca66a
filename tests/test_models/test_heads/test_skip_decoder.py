import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.heads import SkipDecoder


def test_every_stage_doubles_joins_and_convolves():
    decoder = SkipDecoder((2, 4),
                          3,
                          norm=dict(type='IN', affine=False),
                          negative_slope=0.01).double()
    x = torch.randn(2, 4, 3, 5, dtype=torch.float64)
    skip = torch.randn(2, 2, 6, 10, dtype=torch.float64)
    (stage, ) = decoder.stages
    y = F.conv_transpose2d(x, stage.up.weight, stage.up.bias, stride=2)
    y = torch.cat([y, skip], dim=1)
    for block in stage.convs:
        y = F.conv2d(y, block.conv.weight, padding=1)
        y = F.leaky_relu(F.instance_norm(y), 0.01)
    torch.testing.assert_close(decoder(x, [skip]), decoder.conv(y))


def test_skips_are_finest_first():
    decoder = SkipDecoder((2, 4, 8), 1)
    skips = [torch.rand(1, 2, 8, 12), torch.rand(1, 4, 4, 6)]
    assert decoder(torch.rand(1, 8, 2, 3), skips).shape == (1, 1, 8, 12)


def test_a_map_that_cannot_be_halved_is_named():
    decoder = SkipDecoder((2, 4, 8), 1)
    skips = [torch.rand(1, 2, 9, 12), torch.rand(1, 4, 5, 6)]
    with pytest.raises(ValueError, match=r'\(5, 6\).* multiples of 4'):
        decoder(torch.rand(1, 8, 3, 3), skips)


def test_rejects_a_single_map():
    with pytest.raises(ValueError, match='at least two maps'):
        SkipDecoder((8, ), 1)
