import numpy as np
import pytest
import torch

from mmmotion.flow import resize_flow, resize_flow_tensor


@pytest.fixture
def flow():
    return np.random.default_rng(0).normal(size=(6, 10, 2)).astype(np.float32)


@pytest.mark.parametrize('interpolation', ['bilinear', 'nearest'])
def test_values_follow_the_size(interpolation):
    flow = np.full((6, 10, 2), 3.0, np.float32)
    resized = resize_flow(flow, (12, 5), interpolation)
    assert resized.shape == (12, 5, 2)
    np.testing.assert_allclose(resized[..., 0], 1.5)
    np.testing.assert_allclose(resized[..., 1], 6)
    kept = resize_flow(flow, (12, 5), interpolation, rescale=False)
    np.testing.assert_allclose(kept, 3)


def test_bilinear_has_centres_at_half_integers(flow):
    resized = resize_flow(flow, (3, 5), rescale=False)
    blocks = flow.reshape(3, 2, 5, 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(resized, blocks, atol=1e-6)


@pytest.mark.parametrize('size', [(4, 7), (13, 23)])
def test_nearest_takes_the_floor(flow, size):
    resized = resize_flow(flow, size, 'nearest', rescale=False)
    for i in range(size[0]):
        for j in range(size[1]):
            source = flow[i * 6 // size[0], j * 10 // size[1]]
            np.testing.assert_array_equal(resized[i, j], source)


def test_same_size_changes_nothing(flow):
    assert resize_flow(flow, (6, 10)) is flow


def test_rejects_unknown_mode_and_empty_size(flow):
    with pytest.raises(ValueError, match='cubic'):
        resize_flow(flow, (3, 3), 'cubic')
    with pytest.raises(ValueError, match='positive size'):
        resize_flow(flow, (0, 3))


def test_a_resized_tensor_keeps_its_corners_and_the_motion():
    flow = torch.rand(2, 2, 3, 5)
    resized = resize_flow_tensor(flow, (6, 20))
    factors = torch.tensor([4.0, 2.0])
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        torch.testing.assert_close(
            resized[..., corner[0], corner[1]],
            factors * flow[..., corner[0], corner[1]],
        )


def test_a_ramp_stays_a_ramp_between_the_corners():
    flow = torch.zeros(1, 2, 2, 3)
    flow[:, 0] = torch.tensor([0.0, 1.0, 2.0])
    resized = resize_flow_tensor(flow, (2, 5))
    expected = torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0]) * 5 / 3
    torch.testing.assert_close(resized[0, 0], expected.expand(2, 5))


def test_a_tensor_of_the_right_size_is_returned_as_it_is():
    flow = torch.rand(1, 2, 3, 4)
    assert resize_flow_tensor(flow, (3, 4)) is flow
