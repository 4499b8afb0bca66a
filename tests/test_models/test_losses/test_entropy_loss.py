import math

import pytest
import torch

from mmmotion.models.losses import EntropyLoss, mask_entropy
from mmmotion.registry import MODELS


@pytest.mark.parametrize('num_groups', [2, 5])
def test_undecided_masks_have_the_largest_entropy(num_groups):
    masks = torch.full((1, num_groups, 2, 3), 1 / num_groups)
    expected = torch.full((1, 2, 3), math.log(num_groups))
    torch.testing.assert_close(
        mask_entropy(masks), expected, rtol=0, atol=1e-4
    )


def test_entropy_of_hard_masks_is_the_offset():
    masks = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    loss = EntropyLoss(loss_weight=1.0)(masks)
    torch.testing.assert_close(loss, torch.tensor(-1e-5), rtol=1e-2, atol=0)


def test_gradient_sharpens():
    logits = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).requires_grad_()
    EntropyLoss()(logits.softmax(1)).backward()
    first, second = logits.grad.flatten().tolist()
    assert first < 0 < second


def test_built_from_config():
    loss = MODELS.build(dict(type='EntropyLoss', loss_weight=2.0))
    masks = torch.full((1, 2, 4, 4), 0.5)
    torch.testing.assert_close(
        loss(masks), torch.tensor(2 * math.log(2)), rtol=0, atol=1e-4
    )


def test_the_offset_has_to_be_positive():
    with pytest.raises(ValueError, match='eps must be positive'):
        EntropyLoss(eps=0)


def test_softened_entropy_has_the_range_of_the_second_softmax():
    hard = torch.tensor([1.0, 0, 0, 0]).view(1, 4, 1, 1)
    loss = EntropyLoss(softened=True, loss_weight=1.0)
    torch.testing.assert_close(
        loss(hard), torch.tensor(math.log(math.e + 3) - 1)
    )
    uniform = torch.full((1, 4, 2, 2), 0.25)
    torch.testing.assert_close(loss(uniform), torch.tensor(math.log(4)))
