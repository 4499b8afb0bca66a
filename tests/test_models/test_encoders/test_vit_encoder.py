import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.encoders import ViTEncoder
from mmmotion.models.encoders.vit_encoder import resize_position_table
from mmmotion.registry import MODELS

TINY = dict(
    patch_size=4,
    embed_dims=12,
    depth=3,
    num_heads=3,
    mlp_ratio=2,
    img_size=16
)


@pytest.mark.parametrize(
    'settings, count',
    [
        (dict(), 21_670_272),
        (dict(patch_size=8, embed_dims=768, num_heads=12), 85_807_872),
    ],
)
def test_parameter_count_of_the_original(settings, count):
    with torch.device('meta'):
        encoder = MODELS.build(dict(type='ViTEncoder', **settings))
    assert sum(value.numel() for value in encoder.parameters()) == count


@pytest.mark.parametrize(
    'stride, size, grid',
    [(None, (16, 24), (4, 6)), (2, (16, 24), (7, 11)), (3, (19, 21), (6, 6))],
)
def test_grid_of_overlapping_patches(stride, size, grid):
    encoder = ViTEncoder(**TINY, patch_stride=stride, out_indices=(0, 2))
    maps = encoder(torch.rand(2, 3, *size))
    assert [tuple(m.shape) for m in maps] == [(2, 12, *grid)] * 2
    assert encoder.out_channels == (12, 12)


def cubic(side, count):
    """(count, side) weights of the samples at (i + 0.5) * side / count."""
    weights = torch.zeros(int(count), side, dtype=torch.float64)
    for i in range(int(count)):
        position = (i + 0.5) * side / count - 0.5
        for j in range(-3, side + 3):
            x = abs(j - position)
            if x <= 1:
                weight = 1.25 * x**3 - 2.25 * x**2 + 1
            elif x < 2:
                weight = -0.75 * (x**3 - 5 * x**2 + 8 * x - 4)
            else:
                weight = 0
            weights[i, min(max(j, 0), side - 1)] += weight
    return weights


def test_resized_table_samples_where_the_original_does():
    table = torch.rand(1, 26, 2, dtype=torch.float64)
    resized = resize_position_table(table, (7, 3))
    torch.testing.assert_close(resized[:, 0], table[:, 0])
    positions = table[0, 1:].view(5, 5, 2)
    expected = torch.einsum(
        'hi,ijc,wj->hwc', cubic(5, 7.1), positions, cubic(5, 3.1)
    )
    torch.testing.assert_close(resized[0, 1:].view(7, 3, 2), expected)


def test_table_of_the_trained_size_is_used_unchanged():
    encoder = ViTEncoder(**TINY)
    assert encoder.positions((16, 16)) is encoder.pos_embed
    # 4x4 patches as well, but the image is not square.
    assert encoder.positions((16, 18)) is not encoder.pos_embed


def test_keys_have_the_head_fastest():
    encoder = ViTEncoder(**TINY, out_type='keys', out_indices=(1, )).eval()
    image = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        found, = encoder(image)
        block = encoder.blocks[1]
        x = block.norm1(encoder.blocks[0](encoder.embed(image)))
        keys = F.linear(x, block.attn.qkv.weight[12:24])
    for head in range(3):
        for d in range(4):
            expected = keys[0, 1:, head * 4 + d].view(4, 6)
            torch.testing.assert_close(found[0, d * 3 + head], expected)


def test_attention_is_the_share_of_each_patch():
    encoder = ViTEncoder(**TINY, out_type='attention')
    encoder.blocks[-1].attn.qkv.weight.data.zero_()
    found, = encoder(torch.rand(2, 3, 16, 24))
    assert encoder.out_channels == (3, )
    torch.testing.assert_close(found, torch.full((2, 3, 4, 6), 1 / 25))


def test_tokens_are_normalised_block_outputs():
    encoder = ViTEncoder(**TINY, out_indices=(0, -1)).eval()
    image = torch.rand(1, 3, 16, 24)
    x = encoder.embed(image)
    first = encoder.blocks[0](x)
    last = encoder.blocks[2](encoder.blocks[1](first))
    for found, expected in zip(encoder(image), (first, last)):
        expected = F.layer_norm(expected[:, 1:], (12, ), eps=1e-6)
        torch.testing.assert_close(found.flatten(2).mT, expected)


@pytest.mark.parametrize('out_type', ['tokens', 'keys', 'attention'])
def test_a_gradient_reaches_all_that_trains(out_type):
    encoder = ViTEncoder(**TINY, out_type=out_type, out_indices=(0, 1))
    weight = torch.rand(encoder.out_channels[0], 1, 1)
    maps = encoder(torch.rand(1, 3, 16, 24))
    sum((weight * m).square().sum() for m in maps).backward()
    for name, value in encoder.named_parameters():
        assert (value.grad is not None) == value.requires_grad, name
    frozen = [n for n, v in encoder.named_parameters() if not v.requires_grad]
    assert any(name.startswith('blocks.2.') for name in frozen)


def test_frozen_blocks_and_the_norm_of_the_last():
    encoder = ViTEncoder(**TINY, frozen_stages=2)
    trained = [n for n, v in encoder.named_parameters() if v.requires_grad]
    assert {n.split('.')[0] for n in trained} == {'blocks', 'norm'}
    assert all(n.startswith(('blocks.2.', 'norm.')) for n in trained)
    encoder = ViTEncoder(**TINY, frozen_stages='all')
    assert not encoder(torch.rand(1, 3, 16, 16))[0].requires_grad


def test_skipped_layers_only_in_training():
    encoder = ViTEncoder(**TINY, drop_path_rate=0.9)
    image = torch.rand(8, 3, 16, 16)
    with torch.no_grad():
        first, second = encoder(image)[0], encoder(image)[0]
        assert not torch.equal(first, second)
        encoder.eval()
        assert torch.equal(encoder(image)[0], encoder(image)[0])


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(out_type='values'), 'out_type'),
        (dict(out_indices=(3, )), 'out_indices'),
        (dict(img_size=3), 'img_size'),
        (dict(patch_stride=0), 'patch_stride'),
        (dict(num_heads=5), 'num_heads=5'),
        (dict(frozen_stages=4), 'frozen_stages'),
    ],
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        ViTEncoder(**{**TINY, **settings})


def test_rejects_an_image_below_a_patch():
    with pytest.raises(ValueError, match='at least that size, got 3x16'):
        ViTEncoder(**TINY)(torch.rand(1, 3, 3, 16))
