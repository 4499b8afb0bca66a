import pytest
import torch

from mmmotion.models.losses import CompactnessLoss, mask_spread
from mmmotion.registry import MODELS


def dots(*places, size=(4, 8)):
    """A mask with ones at (row, column)."""
    mask = torch.zeros(1, 1, *size)
    for row, column in places:
        mask[0, 0, row, column] = 1
    return mask


def test_spread_of_two_dots_is_their_distance_from_the_middle():
    # Two columns of eight apart: each an eighth away from the centre.
    spread = mask_spread(dots((1, 2), (1, 4)))
    torch.testing.assert_close(spread[0, 0], torch.tensor(2 / 64 / 32))
    # Two rows of four apart: each a quarter.
    spread = mask_spread(dots((0, 2), (2, 2)))
    torch.testing.assert_close(spread[0, 0], torch.tensor(2 / 16 / 32))


def test_a_dot_and_nothing_have_no_spread():
    for mask in (dots((3, 7)), dots()):
        assert mask_spread(mask).item() == pytest.approx(0, abs=1e-7)


def test_gradient_shrinks_what_is_far_away():
    mask = dots((1, 1), (1, 2), (1, 3), (1, 7)).requires_grad_()
    mask_spread(mask).sum().backward()
    assert mask.grad[0, 0, 1, 7] > mask.grad[0, 0, 1, 3] > 0


def test_one_group_counts():
    masks = torch.cat((dots((1, 2)), dots((1, 2), (1, 4))), dim=1)
    loss = MODELS.build(
        dict(type='CompactnessLoss', channel=1, loss_weight=3.0)
    )
    torch.testing.assert_close(loss(masks), torch.tensor(3 * 2 / 64 / 32))
    with pytest.raises(ValueError, match='channel 2'):
        CompactnessLoss(channel=2)(masks)
    with pytest.raises(ValueError, match='channel'):
        CompactnessLoss(channel=-1)
