import pytest
import torch

from mmmotion.models.heads import MaskFormerHead
from mmmotion.registry import MODELS

SMALL = dict(
    in_channels=(3, 6),
    num_groups=3,
    channels=8,
    pixel_decoder=dict(num_norm_groups=2),
    binding=dict(num_layers=1, num_heads=2, mlp_channels=10),
)


def build(**settings):
    return MaskFormerHead(**{**SMALL, **settings}).double().eval()


def features():
    return (torch.randn(2, 3, 6, 8).double(), torch.randn(2, 6, 3, 4).double())


@pytest.mark.parametrize('in_channels', [(768, ) * 4, (96, 192, 384, 768)])
def test_parameter_count_of_the_original(in_channels):
    head = MaskFormerHead(
        in_channels, 4, pixel_decoder=dict(num_upsamplings=2)
    )
    # 222 more in a part that never runs; lateral convolutions of Swin are
    # narrower.
    expected = 15_901_662 - 222 - 256 * (3 * 768 - sum(in_channels[:3]))
    assert sum(p.numel() for p in head.parameters()) == expected


def test_logit_is_the_product_of_pixel_and_group():
    head, maps = build(), features()
    logits = head(maps)
    assert logits.shape == (2, 3, 6, 8)
    pixel = head.pixel_decoder(maps)[1, :, 4, 5]
    group = head.embedding(head.binding(maps)[1, 2])
    torch.testing.assert_close(logits[1, 2, 4, 5], pixel @ group)


def test_other_parts_are_taken_as_they_are_configured():
    head = build(
        channels=6,
        pixel_decoder=dict(num_norm_groups=3, num_upsamplings=1),
        binding=dict(type='SlotAttention', in_channels=6, num_slots=3),
    )
    assert type(head.binding).__name__ == 'SlotAttention'
    assert head(features()).shape == (2, 3, 14, 18)


def test_gradient_reaches_every_weight():
    head = build()
    head(features()).square().sum().backward()
    assert all(p.grad is not None for p in head.parameters())


def test_initialisation_survives_that_of_the_model():
    head = build()
    before = {k: v.clone() for k, v in head.state_dict().items()}
    head.init_weights()
    torch.testing.assert_close(head.state_dict(), before, rtol=0, atol=0)


def test_built_from_config():
    head = MODELS.build(dict(type='MaskFormerHead', **SMALL))
    assert head.num_groups == 3


@pytest.mark.parametrize(
    'settings, message',
    [(dict(num_groups=0), 'num_groups=0'),
     (dict(in_channels=()), r'in_channels=\(\)')],
)
def test_says_which_number_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)
