import pytest
import torch

from mmmotion.postprocessing.foreground import (
    average_scores,
    compose_foreground,
)

MASKS = torch.tensor([[[0.2, 1.0]], [[0.5, 0.0]], [[0.3, 0.0]]])


def test_each_region_gives_its_share_to_the_foreground():
    divided = compose_foreground(MASKS, torch.tensor([1.0, 0.5, 0.0]))
    expected = torch.tensor([[[0.55, 0.0]], [[0.45, 1.0]]])
    torch.testing.assert_close(divided, expected)


@pytest.mark.parametrize('kind', [torch.bool, torch.long, torch.float64])
def test_whole_regions_may_be_chosen_in_any_type(kind):
    divided = compose_foreground(MASKS, torch.tensor([0, 1, 1]).to(kind))
    expected = torch.tensor([[[0.2, 1.0]], [[0.8, 0.0]]])
    assert divided.dtype == MASKS.dtype
    torch.testing.assert_close(divided, expected)


def test_what_is_divided_adds_up_to_what_was_there():
    masks = torch.randn(4, 5, 6).softmax(dim=0)
    divided = compose_foreground(masks, torch.rand(4))
    torch.testing.assert_close(divided.sum(dim=0), torch.ones(5, 6))


def test_scores_count_by_their_weight():
    scores = [torch.tensor([1.0, 4.0]), torch.tensor([3.0, 0.0])]
    weights = [torch.tensor([1.0, 0.5]), torch.tensor([3.0, 0.5])]
    average = average_scores(scores, weights)
    torch.testing.assert_close(average, torch.tensor([2.5, 2.0]))


def test_a_region_that_is_never_there_scores_nothing():
    scores = [torch.tensor([7.0, 1.0])] * 2
    weights = [torch.tensor([0.0, 1.0])] * 2
    assert average_scores(scores, weights).tolist() == [0, 1]
