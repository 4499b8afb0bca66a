import itertools

import pytest
import torch

from mmmotion.models.losses import (
    MaskConsistencyLoss,
    mask_distances,
    match_masks,
)
from mmmotion.registry import MODELS


def soft(num_groups, batch=2):
    return torch.randn(batch, num_groups, 3, 4).softmax(dim=1)


def test_distances_by_hand():
    masks = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])
    others = torch.tensor([[[[1.0, 1.0]], [[0.0, 0.0]]]])
    assert mask_distances(masks, others).tolist() == [[[0.5, 0.5], [0.5, 0.5]]]


@pytest.mark.parametrize('num_groups', [2, 3, 4])
def test_order_of_the_groups_does_not_matter(num_groups):
    masks, others = soft(num_groups), soft(num_groups)
    loss = MaskConsistencyLoss()
    assert loss(masks, masks.flip(1)) == 0
    torch.testing.assert_close(
        loss(masks, others), loss(masks, others.flip(1))
    )


@pytest.mark.parametrize('num_groups', [2, 3, 4])
def test_value_is_that_of_the_best_permutation(num_groups):
    masks, others = soft(num_groups, 1), soft(num_groups, 1)
    best = min((masks - others[:, list(order)]).square().mean()
               for order in itertools.permutations(range(num_groups)))
    loss = MaskConsistencyLoss(loss_weight=1.0)
    torch.testing.assert_close(loss(masks, others), best)


def test_each_pair_of_groupings_is_matched_alone():
    masks, others = soft(3), soft(3)
    loss = MaskConsistencyLoss()
    each = [loss(masks[i:i + 1], others[i:i + 1]) for i in range(2)]
    torch.testing.assert_close(loss(masks, others), sum(each) / 2)


def test_no_group_is_matched_twice():
    distances = torch.tensor([[[0.0, 1, 9], [0, 3, 9], [0, 9, 9]]])
    assert match_masks(distances).tolist() == [[1, 0, 2]]


@pytest.mark.parametrize('num_groups', [2, 3])
@pytest.mark.parametrize('value', [torch.nan, torch.inf])
def test_values_that_are_not_finite_reach_the_loss(num_groups, value):
    masks, others = soft(num_groups), soft(num_groups)
    others[0, :, 1, 1] = value
    assert not torch.isfinite(MaskConsistencyLoss()(masks, others))


@pytest.mark.parametrize('num_groups', [2, 3])
def test_gradient_enters_both_groupings(num_groups):
    masks = soft(num_groups).requires_grad_()
    others = soft(num_groups).requires_grad_()
    MaskConsistencyLoss()(masks, others).backward()
    assert masks.grad.abs().sum() > 0
    torch.testing.assert_close(masks.grad.sum(), -others.grad.sum())


def test_built_from_config():
    loss = MODELS.build(dict(type='MaskConsistencyLoss', loss_weight=2.0))
    masks = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    others = torch.tensor([0.5, 0.5]).view(1, 2, 1, 1)
    torch.testing.assert_close(loss(masks, others), torch.tensor(0.5))


def test_groupings_of_other_shapes_are_named():
    with pytest.raises(ValueError, match=r'\(2, 3, 3, 4\)'):
        MaskConsistencyLoss()(soft(2), soft(3))
