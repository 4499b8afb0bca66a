import pytest
import torch

from mmmotion.registry import MODELS


def test_levels_halve_from_the_coarsest_up():
    pyramid = MODELS.build(dict(type='FeaturePyramid'))
    levels = pyramid(torch.rand(2, 3, 128, 192))
    assert pyramid.strides == (64, 32, 16, 8, 4)
    assert pyramid.out_channels == (192, 128, 96, 64, 32)
    for level, channels, stride in zip(levels, pyramid.out_channels,
                                       pyramid.strides):
        assert level.shape == (2, channels, 128 // stride, 192 // stride)


def test_negative_values_leak_a_tenth():
    pyramid = MODELS.build(
        dict(
            type='FeaturePyramid',
            in_channels=1,
            channels=(1, ),
            num_levels=1,
        )
    )
    for name, value in pyramid.named_parameters():
        torch.nn.init.constant_(value, -1 if name.endswith('bias') else 0)
    (level, ) = pyramid(torch.rand(1, 1, 4, 4))
    torch.testing.assert_close(level, torch.full((1, 1, 2, 2), -0.1))


@pytest.mark.parametrize('num_levels', [0, 3])
def test_rejects_more_levels_than_stages(num_levels):
    with pytest.raises(ValueError, match=rf'1\.\.2.*got {num_levels}'):
        MODELS.build(
            dict(
                type='FeaturePyramid',
                channels=(4, 8),
                num_levels=num_levels,
            )
        )
