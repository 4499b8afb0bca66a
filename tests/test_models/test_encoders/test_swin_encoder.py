import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.models.data_preprocessor import MotionDataPreprocessor
from mmmotion.models.encoders import SwinEncoder
from mmmotion.registry import MODELS

TINY = dict(embed_dims=8, depths=(2, 1, 2), num_heads=(1, 2, 4), window_size=3)

SMALL = dict(depths=(2, 2, 18, 2))
BASE = dict(**SMALL, embed_dims=128, num_heads=(4, 8, 16, 32))


@pytest.mark.parametrize(
    'settings, count',
    [(dict(), 28_288_354), (SMALL, 49_606_258), (BASE, 87_768_224)],
)
def test_parameter_count_of_the_classifier(settings, count):
    with torch.device('meta'):
        encoder = MODELS.build(dict(type='SwinEncoder', **settings))
    found = sum(value.numel() for value in encoder.parameters())
    width = encoder.out_channels[-1]
    # The classifier has a norm and a linear layer for 1000 classes in place
    # of the norms of the first three stages' outputs.
    assert found - 2 * sum(encoder.out_channels[:3]) + 1000 * (width + 1) == (
        count
    )


def test_maps_equal_the_original(golden):
    state, arrays = golden('swin_tiny.npz')
    encoder = SwinEncoder().eval()
    encoder.load_state_dict(convert_state_dict('swin', state), strict=True)
    frames = [torch.from_numpy(image)[None] for image in arrays['input']]
    batch = MotionDataPreprocessor()(dict(inputs=dict(frames=frames)))
    with torch.no_grad():
        maps = encoder(batch['inputs']['frames'][:, 0])
    for i, found in enumerate(maps):
        expected = torch.from_numpy(arrays[f'res{i + 2}_sample'])
        torch.testing.assert_close(found[:, ::16], expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize('size', [(32, 48), (37, 50), (4, 4)])
def test_maps_of_any_size_are_finest_first(size):
    encoder = SwinEncoder(**TINY, out_indices=(0, -1))
    found = [tuple(m.shape[1:]) for m in encoder(torch.rand(2, 3, *size))]
    expected = []
    for channels, stride in ((8, 4), (32, 16)):
        expected.append((channels, *(-(-side // stride) for side in size)))
    assert found == expected
    assert encoder.out_channels == (8, 32)


def test_an_image_is_seen_as_its_own_wherever_it_is_in_the_batch():
    encoder = SwinEncoder(**TINY).eval()
    images = torch.rand(3, 3, 40, 52)
    together = encoder(images)
    for i in range(3):
        for found, alone in zip(together, encoder(images[i:i + 1])):
            torch.testing.assert_close(found[i:i + 1], alone)


@pytest.mark.parametrize('out_indices', [(0, 1, 2), (0, ), (1, )])
def test_a_gradient_reaches_all_that_trains(out_indices):
    encoder = SwinEncoder(**TINY, out_indices=out_indices)
    maps = encoder(torch.rand(1, 3, 32, 32))
    sum((m * torch.rand_like(m)).sum() for m in maps).backward()
    for name, value in encoder.named_parameters():
        assert (value.grad is not None) == value.requires_grad, name
    trained = {n for n, v in encoder.named_parameters() if v.requires_grad}
    assert any(n.startswith(f'norm{out_indices[-1]}.') for n in trained)


def test_frozen_stages_carry_their_norms():
    encoder = SwinEncoder(**TINY, frozen_stages=2)
    trained = {n for n, v in encoder.named_parameters() if v.requires_grad}
    assert {
        n.rsplit('.', 1)[0]
        for n in trained if not n.startswith('layers.2.')
    } == {'norm2'}
    assert any(n.startswith('layers.2.') for n in trained)


def test_skipped_layers_only_in_training():
    encoder = SwinEncoder(**TINY, drop_path_rate=0.9)
    image = torch.rand(8, 3, 16, 16)
    with torch.no_grad():
        assert not torch.equal(encoder(image)[-1], encoder(image)[-1])
        encoder.eval()
        assert torch.equal(encoder(image)[-1], encoder(image)[-1])


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(num_heads=(1, 2)), 'one value per stage'),
        (dict(num_heads=(1, 2, 5)), 'num_heads=5'),
        (dict(out_indices=(0, 3)), 'out_indices'),
        (dict(frozen_stages=4), 'frozen_stages'),
    ],
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        SwinEncoder(**{**TINY, **settings})
