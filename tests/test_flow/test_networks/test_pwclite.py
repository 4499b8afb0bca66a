import pytest
import torch

from mmmotion.flow import PWCLite
from mmmotion.registry import MODELS


@pytest.fixture(scope='module')
def network():
    torch.manual_seed(0)
    return PWCLite().eval()


@pytest.fixture(scope='module')
def images():
    return torch.rand(2, 2, 3, 64, 128)


def test_sizes_halve_from_the_full_one(network, images):
    with torch.no_grad():
        flows = network(images)
    expected = [(2, 2, 64 >> i, 128 >> i) for i in range(5)]
    assert [tuple(flow.shape) for flow in flows.forward] == expected
    assert [tuple(flow.shape) for flow in flows.backward] == expected


def test_backward_is_forward_of_the_swapped_frames(network, images):
    with torch.no_grad():
        both = network(images)
        alone = network(images, with_backward=False)
        swapped = network(images.flip(1), with_backward=False)
    assert alone.backward == swapped.backward == []
    torch.testing.assert_close(both.forward, alone.forward)
    torch.testing.assert_close(both.backward, swapped.forward)


def test_samples_of_a_batch_do_not_mix(network, images):
    with torch.no_grad():
        together = network(images).forward[0]
        alone = network(images[1:]).forward[0]
    torch.testing.assert_close(together[1:], alone)


@pytest.mark.parametrize('num_frames', [2, 3])
def test_every_weight_learns(num_frames):
    network = PWCLite(num_frames)
    flows = network(torch.rand(1, num_frames, 3, 64, 64))
    sum(flow.abs().sum() for flow in flows.forward).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_three_frames_in_reverse_swap_the_flows():
    network = PWCLite(3).eval()
    images = torch.rand(1, 3, 3, 64, 64)
    with torch.no_grad():
        flows = network(images)
        reverse = network(images.flip(1))
    torch.testing.assert_close(flows.forward, reverse.backward)
    torch.testing.assert_close(flows.backward, reverse.forward)


@pytest.mark.parametrize(
    'shape, message', [
        ((1, 2, 3, 64, 96), 'multiples of 64, got 64 x 96'),
        ((1, 2, 3, 100, 64), 'multiples of 64, got 100 x 64'),
        ((1, 3, 3, 64, 64), r'\(B, 2, 3, H, W\), got \(1, 3, 3, 64, 64\)'),
        ((1, 2, 1, 64, 64), r'got \(1, 2, 1, 64, 64\)'),
    ]
)
def test_frames_that_cannot_be_used_are_refused(network, shape, message):
    with pytest.raises(ValueError, match=message):
        network(torch.zeros(shape))


def test_rejects_another_number_of_frames():
    with pytest.raises(ValueError, match='2 or 3, got 4'):
        MODELS.build(dict(type='PWCLite', num_frames=4))


def test_random_normalised_features_match_where_the_frames_do():
    network = PWCLite(normalize_features=True)
    for layer in (network.predict, network.context.predict):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    frames = 0.4 + 0.2 * torch.rand(1, 3, 64, 136)
    pair = torch.stack([frames[..., 8:], frames[..., :128]], dim=1)
    seen = []
    network.decoder.register_forward_pre_hook(
        lambda module, args: seen.append(args[0][:, :81])
    )
    network(pair, with_backward=False)
    best = seen[-1].argmax(dim=1)[0, 3:-3, 3:-5]
    # Two pixels of a grid four times as coarse, to the right.
    assert (best == 4 * 9 + 6).float().mean() > 0.5


def test_weights_of_the_two_kinds_are_told_apart():
    normalized, plain = PWCLite(normalize_features=True), PWCLite()
    assert len(normalized.state_dict()) == len(plain.state_dict()) + 1
    with pytest.raises(RuntimeError, match='normalizes_features'):
        plain.load_state_dict(normalized.state_dict())
    with pytest.raises(RuntimeError, match='normalizes_features'):
        normalized.load_state_dict(plain.state_dict())
