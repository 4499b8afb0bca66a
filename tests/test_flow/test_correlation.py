import pytest
import torch
from torch.nn.functional import pad, unfold

from mmmotion.flow import correlate


def test_equals_the_original(golden):
    _, content = golden('photometric.npz')
    first, second, expected = (
        torch.from_numpy(content[f'correlation{suffix}'])
        for suffix in ('_a', '_b', '')
    )
    torch.testing.assert_close(correlate(first, second), expected)


def test_the_channel_tells_the_displacement():
    first, second = torch.zeros(2, 1, 3, 5, 6)
    first[:, :, 2, 2] = 1
    second[:, :, 1, 4] = 6  # one row above, two columns to the right
    found = correlate(first, second, radius=2)
    assert found.shape == (1, 25, 5, 6)
    assert found.nonzero().tolist() == [[0, (-1 + 2) * 5 + (2 + 2), 2, 2]]
    assert found.max() == 6  # the mean over the channels, not the sum


@pytest.mark.parametrize('radius', [0, 1, 3])
def test_equals_products_with_unfolded_neighbourhoods(radius):
    first, second = torch.randn(2, 2, 4, 6, 5)
    side = 2 * radius + 1
    windows = unfold(pad(second, (radius, ) * 4), side)
    windows = windows.reshape(2, 4, side**2, 6, 5)
    expected = (first[:, :, None] * windows).mean(dim=1)
    torch.testing.assert_close(correlate(first, second, radius), expected)


def test_gradients_reach_both():
    first, second = torch.randn(2, 1, 2, 3, 4, dtype=torch.double)
    first.requires_grad_()
    second.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda a, b: correlate(a, b, 1), (first, second)
    )


def test_features_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r'\(1, 2, 3, 4\) and \(1, 2, 4, 4\)'):
        correlate(torch.zeros(1, 2, 3, 4), torch.zeros(1, 2, 4, 4))
