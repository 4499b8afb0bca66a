import pytest
import torch

from mmmotion.flow import correlate, cost_volume


def test_a_flow_that_is_right_moves_the_best_match_to_the_centre():
    first = torch.nn.functional.normalize(torch.randn(1, 64, 8, 12), dim=1)
    second = first.roll((1, 3), dims=(2, 3))
    flow = torch.tensor([3.0, 1.0]).reshape(1, 2, 1, 1).expand(1, 2, 8, 12)
    inside = (..., slice(0, 7), slice(0, 9))
    without = cost_volume(first, second)[inside]
    assert (without.argmax(dim=1) == (1 + 4) * 9 + (3 + 4)).all()
    warped = cost_volume(first, second, flow)[inside]
    assert (warped.argmax(dim=1) == 40).all()


@pytest.mark.parametrize('radius', [1, 4])
def test_dissimilar_pixels_count_a_tenth(radius):
    first, second = torch.randn(2, 1, 3, 5, 6)
    found = cost_volume(first, second, radius=radius)
    plain = correlate(first, second, radius)
    assert plain.min() < 0
    expected = torch.where(plain < 0, 0.1 * plain, plain)
    torch.testing.assert_close(found, expected)
