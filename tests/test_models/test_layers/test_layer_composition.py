from itertools import permutations

import pytest
import torch

from mmmotion.models.layers import (
    behind_probability,
    compose_layers,
    compose_softly,
)


def shapes():
    """Three whole shapes on a row of four pixels, one clip and frame."""
    rows = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]
    return torch.tensor(rows, dtype=torch.float).view(1, 1, 3, 1, 4)


@pytest.mark.parametrize(
    'order, expected', [
        ([0, 1, 2], [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        ([2, 1, 0], [[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]]),
        ([1, 2, 0], [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]),
    ]
)
def test_layers_in_front_hide_those_behind(order, expected):
    visible = compose_layers(shapes(), torch.tensor([order]))
    assert visible[0, 0, :, 0].tolist() == expected


def test_every_clip_has_its_order():
    masks = torch.cat([shapes(), shapes()]).repeat(1, 2, 1, 1, 1)
    orders = torch.tensor([[1, 0, 2], [2, 0, 1]])
    visible = compose_layers(masks, orders)
    for i, order in enumerate(orders):
        alone = compose_layers(shapes(), order[None])
        assert torch.equal(visible[i], alone[0].repeat(2, 1, 1, 1))


def test_soft_shapes_let_through_what_they_leave():
    masks = torch.tensor([0.5, 0.5]).view(1, 1, 2, 1, 1)
    visible = compose_layers(masks, torch.tensor([[1, 0]]))
    assert visible.flatten().tolist() == [0.25, 0.5]


def test_larger_depths_are_behind():
    behind = behind_probability(torch.tensor([[0.0, 1.0, 100.0]]))
    torch.testing.assert_close(behind[0, 1, 0], torch.tensor(1.0).sigmoid())
    torch.testing.assert_close(behind + behind.mT, torch.ones(1, 3, 3))
    assert behind.max() < 1


def test_clear_depths_compose_as_their_order():
    depths = torch.tensor([[30.0, 0.0, 60.0]])
    soft = compose_softly(shapes(), depths)
    hard = compose_layers(shapes(), depths.argsort(dim=1))
    torch.testing.assert_close(soft, hard, atol=1e-4, rtol=0)


def test_unclear_depths_average_over_all_orders():
    soft = compose_softly(shapes(), torch.zeros(1, 3))
    orders = torch.tensor(list(permutations(range(3))))
    expected = sum(compose_layers(shapes(), o[None]) for o in orders) / 6
    torch.testing.assert_close(soft, expected)


def test_gradient_reaches_shapes_and_depths():
    masks = torch.rand(2, 1, 3, 2, 2, dtype=torch.float64) * 0.8
    depths = torch.randn(2, 3, dtype=torch.float64)
    inputs = (masks.requires_grad_(), depths.requires_grad_())
    assert torch.autograd.gradcheck(compose_softly, inputs)
