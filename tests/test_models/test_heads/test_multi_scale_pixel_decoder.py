import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmmotion.models.heads import MultiScalePixelDecoder
from mmmotion.registry import MODELS

SIZES = (9, 14), (5, 7), (3, 4)


def build(**settings):
    torch.manual_seed(0)
    settings = dict(
        in_channels=(3, 5, 6), channels=4, num_norm_groups=2
    ) | settings
    decoder = MultiScalePixelDecoder(**settings).double()
    for module in decoder.modules():
        if isinstance(module, nn.GroupNorm):
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    return decoder


def features(sizes=SIZES):
    return [
        torch.randn(2, c, *size).double() for c, size in zip((3, 5, 6), sizes)
    ]


def blow_up(x, size):
    """Nearest neighbour, cell by cell."""
    rows = [i * x.shape[-2] // size[0] for i in range(size[0])]
    columns = [i * x.shape[-1] // size[1] for i in range(size[1])]
    return x[..., rows, :][..., columns]


def merged(decoder, maps):
    """What the maps add up to before it is enlarged."""
    norm = decoder.norm
    y = norm(F.conv2d(maps[-1], decoder.coarsest.weight, padding=1)).relu()
    for i in (1, 0):
        size = maps[i].shape[-2:]
        lateral, merge = decoder.laterals[i], decoder.merges[i]
        x = lateral[1](F.conv2d(maps[i], lateral[0].weight))
        x = x + blow_up(y, size)
        y = merge[1](F.conv2d(x, merge[0].weight, padding=1)).relu()
    return y


def test_plain_decoder_ends_with_one_convolution():
    decoder, maps = build(), features()
    expected = decoder.last(merged(decoder, maps))
    torch.testing.assert_close(decoder(maps), expected)


def test_one_norm_serves_every_step_of_the_upsamplings():
    decoder, maps = build(num_upsamplings=2), features()
    norm, y = decoder.norm, merged(decoder, maps)
    for conv, mix in zip(decoder.up_convs, decoder.up_mixes):
        y = norm(F.conv2d(y, conv.weight, padding=1)).relu()
        y = blow_up(y, (2 * y.shape[-2], 2 * y.shape[-1]))
        y = F.pad(y, (1, 1, 1, 1))
        y = norm(F.conv2d(y, mix.weight)).relu()
    expected = decoder.last(y)
    assert expected.shape[-2:] == (4 * 9 + 6, 4 * 14 + 6)
    torch.testing.assert_close(decoder(maps), expected)
    norms = [m for m in decoder.modules() if isinstance(m, nn.GroupNorm)]
    assert len(norms) == 1 + 2 * 2


def test_maps_of_one_size_are_merged_as_well():
    decoder = build(num_upsamplings=1)
    assert decoder(features([(4, 5)] * 3)).shape == (2, 4, 10, 12)


def test_initialisation_is_that_of_the_release():
    torch.manual_seed(0)
    decoder = MultiScalePixelDecoder((64, 64), num_upsamplings=1)
    for conv in (decoder.coarsest, decoder.laterals[0][0],
                 decoder.merges[0][0]):
        bound = (3 / conv.weight[0].numel())**0.5
        assert 0.99 * bound < conv.weight.abs().max() <= bound
    for conv in (decoder.up_convs[0], decoder.up_mixes[0], decoder.last):
        bound = conv.weight[0].numel()**-0.5
        assert 0.99 * bound < conv.weight.abs().max() <= bound


def test_gradient_reaches_maps_and_weights():
    decoder, maps = build(num_upsamplings=1), features()
    for x in maps:
        x.requires_grad_()
    decoder(maps).square().sum().backward()
    assert all(x.grad.abs().sum() > 0 for x in maps)
    assert all(p.grad is not None for p in decoder.parameters())


def test_built_from_config():
    decoder = MODELS.build(
        dict(type='MultiScalePixelDecoder', in_channels=[6])
    )
    assert decoder([torch.rand(1, 6, 3, 4)]).shape == (1, 256, 3, 4)


def test_says_how_many_maps_it_needs():
    with pytest.raises(ValueError, match=r'expected 3 feature maps.* got 2'):
        build()(features()[:2])


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(in_channels=()), r'in_channels=\(\)'),
        (dict(num_upsamplings=-1), 'num_upsamplings=-1'),
        (dict(num_norm_groups=3), 'channels=4 and num_norm_groups=3'),
    ],
)
def test_says_which_number_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)
