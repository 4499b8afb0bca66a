import math

import torch

from mmmotion.models.losses import layer_overlaps
from mmmotion.registry import MODELS


def masks():
    """Of three layers 0 meets 1 in the second frame and 2 meets none."""
    clip = torch.zeros(1, 2, 3, 1, 6)
    clip[0, 0, 0, 0, 0] = 1
    clip[0, 0, 1, 0, 2] = 1
    clip[0, 1, :2, 0, 1] = 1
    clip[0, :, 2, 0, 5] = 1
    return clip


def build(**settings):
    return MODELS.build(dict(type='LayerOrderLoss', **settings))


def test_layers_overlap_that_meet_in_some_frame():
    overlaps = layer_overlaps(masks())[0]
    expected = torch.eye(3, dtype=torch.bool)
    expected[0, 1] = expected[1, 0] = True
    assert torch.equal(overlaps, expected)


def test_value_is_the_mean_over_all_pairs():
    depths = torch.tensor([[1.0, 0.0, 7.0]])
    expected = 0.05 * math.log(1 + math.exp(-1)) / 3
    torch.testing.assert_close(
        build()(depths, masks()), torch.tensor(expected)
    )


def test_the_back_layer_is_pushed_away():
    depths = torch.zeros(1, 3, requires_grad=True)
    build()(depths, masks()).backward()
    back, front, apart = depths.grad[0].tolist()
    assert back < 0 < front
    assert apart == 0


def test_certain_pairs_have_no_gradient():
    depths = torch.tensor([[0.0, 50.0, 0.0]], requires_grad=True)
    loss = build(loss_weight=3.0)(depths, masks())
    torch.testing.assert_close(loss.item(), -math.log(1e-5), rtol=1e-5, atol=0)
    loss.backward()
    assert not depths.grad.any()


def test_a_single_layer_has_no_order():
    depths = torch.ones(2, 1, requires_grad=True)
    loss = build()(depths, torch.ones(2, 1, 1, 3, 3))
    loss.backward()
    assert loss == 0
