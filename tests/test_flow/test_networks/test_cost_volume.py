import pytest
import torch

from mmmotion.flow import correlate, cost_volume
from mmmotion.flow.networks import normalize_features


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


def test_normalised_features_differ_by_place_only():
    frames = 3 + 0.01 * torch.randn(2, 4, 5, 6, 7)
    normalized = torch.stack(normalize_features(list(frames)))
    mean = normalized.mean(dim=(0, -2, -1))
    torch.testing.assert_close(mean, torch.zeros(4, 5), rtol=0, atol=1e-4)
    deviation = normalized.std(dim=(0, -2, -1), correction=0)
    torch.testing.assert_close(deviation, torch.ones(4, 5), rtol=0, atol=1e-3)
    # What all places share counts for nothing, nor does the contrast.
    again = torch.stack(normalize_features(list(7 * frames - 1)))
    torch.testing.assert_close(again, normalized, rtol=0, atol=1e-3)


def test_features_without_differences_are_zero():
    flat = normalize_features([torch.ones(1, 2, 1, 1)] * 2)
    assert all((frame == 0).all() for frame in flat)
