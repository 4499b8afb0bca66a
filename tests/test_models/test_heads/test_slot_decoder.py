import pytest
import torch

from mmmotion.models.heads import SlotDecoder
from mmmotion.registry import MODELS


def build(**settings):
    settings = dict(in_channels=6, channels=(5, 4)) | settings
    return SlotDecoder(**settings).double()


def test_parameter_count_of_the_original():
    decoder = MODELS.build(dict(type='SlotDecoder'))
    assert sum(p.numel() for p in decoder.parameters()) == 723_972 + 1_280


def test_layers_are_those_of_the_repeated_slots():
    decoder = build()
    slots = torch.randn(2, 3, 6, dtype=torch.float64)
    layers = decoder(slots, (16, 24))
    assert layers.colors.shape == (2, 3, 3, 16, 24)
    assert layers.logits.shape == (2, 3, 16, 24)
    cells = slots[1, 2].expand(4, 6, 6) + decoder.position((4, 6))
    x = cells.permute(2, 0, 1)[None]
    for block in [*decoder.up, decoder.refine]:
        x = block.norm(block.conv(x)).relu()
    expected = decoder.conv(x)[0]
    torch.testing.assert_close(layers.colors[1, 2], expected[:3])
    torch.testing.assert_close(layers.logits[1, 2], expected[3])


def test_slots_do_not_see_each_other():
    decoder = build()
    slots = torch.randn(1, 3, 6, dtype=torch.float64)
    both = decoder(slots, (8, 8))
    alone = decoder(slots[:, 1:2], (8, 8))
    torch.testing.assert_close(both.logits[:, 1:2], alone.logits)


@pytest.mark.parametrize('num', [0, 2])
def test_number_of_colours_comes_from_the_config(num):
    layers = build(out_channels=num)(torch.rand(1, 2, 6).double(), (8, 8))
    assert layers.colors.shape == (1, 2, num, 8, 8)
    assert layers.logits.shape == (1, 2, 8, 8)


def test_uniform_images_are_the_means_of_what_is_decoded():
    decoder = build()
    slots = torch.rand(2, 3, 6, dtype=torch.float64)
    expected = decoder(slots, (8, 12))
    decoder.uniform_images = True
    found = decoder(slots, (8, 12))
    means = expected.colors.flatten(3).mean(-1)
    assert found.colors.shape == (2, 3, 3, 8, 12)
    torch.testing.assert_close(found.colors[..., 5, 7], means)
    torch.testing.assert_close(found.colors[..., 0, 0], means)
    torch.testing.assert_close(found.logits, expected.logits)


@pytest.mark.parametrize('uniform', [False, True])
def test_gradient_reaches_slots_and_weights(uniform):
    decoder = build(uniform_images=uniform)
    slots = torch.rand(1, 2, 6, dtype=torch.float64, requires_grad=True)
    layers = decoder(slots, (8, 8))
    (layers.colors.square().sum() + layers.logits.square().sum()).backward()
    assert slots.grad.abs().sum() > 0
    assert all(p.grad is not None for p in decoder.parameters())


def test_says_of_what_the_sides_must_be_multiples():
    with pytest.raises(ValueError, match=r'multiples of 4, got \(8, 10\)'):
        build()(torch.rand(1, 2, 6).double(), (8, 10))


@pytest.mark.parametrize(
    'settings', [dict(channels=()), dict(out_channels=-1)]
)
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        build(**settings)
