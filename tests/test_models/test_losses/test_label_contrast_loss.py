import math

import pytest
import torch

from mmmotion.models.losses import ContrastRegions, contrast_regions
from mmmotion.registry import MODELS


def build(**settings):
    return MODELS.build(dict(type='LabelContrastLoss', **settings))


def row(*values):
    """A map (1, 1, w) of one object, or of one channel."""
    return torch.tensor(values, dtype=torch.float)[None, None]


def pair(first, second):
    return torch.stack([row(*first), row(*second)])


def test_a_margin_around_the_boundary_is_left_out():
    mask = torch.zeros(1, 1, 20)
    mask[..., :10] = 1
    regions = contrast_regions(mask, inner=1, outer=5)
    assert regions.positive[0, 0].tolist() == [1] * 9 + [0] * 11
    # The nine samples leave the object out that lies between them.
    assert regions.negative[0, 0].tolist() == [0] * 15 + [1] * 5


def test_a_tiny_object_is_nowhere_for_sure():
    mask = torch.zeros(1, 8, 8)
    mask[0, 4, 4] = 1
    regions = contrast_regions(mask)
    assert not regions.positive.any()
    assert build()(
        torch.randn(2, 3, 8, 8),
        ContrastRegions(*(part.expand(2, 1, -1, -1) for part in regions))
    ) == 0


def test_value_of_two_cells():
    # Cosines: the object of the first frame has 1 and 0 to the cells of the
    # second, the background 0 and 1.
    features = torch.eye(2)[None, :, None].expand(2, -1, -1, -1)
    regions = ContrastRegions(pair([1, 0], [1, 0]), pair([0, 1], [0, 1]))
    loss = build(temperature=1.0, loss_weight=3.0)
    expected = -3 * math.log(math.e / (math.e + 1))
    torch.testing.assert_close(
        loss(7 * features, regions), torch.tensor(expected)
    )


def test_grossly_wrong_cells_have_no_gradient():
    features = torch.eye(2)[None, :, None].repeat(2, 1, 1, 1)
    features[1] = features[1].flip(-1)
    features.requires_grad_()
    regions = ContrastRegions(pair([1, 0], [1, 0]), pair([0, 1], [0, 1]))
    loss = build()(features, regions)
    torch.testing.assert_close(loss.item(), 0.65, rtol=1e-6, atol=0)
    loss.backward()
    assert not features.grad.any()


@pytest.mark.parametrize('settings', [dict(temperature=0), dict(limit=-1)])
def test_rejects_settings_that_are_not_positive(settings):
    with pytest.raises(ValueError, match='positive temperature and limit'):
        build(**settings)


def test_margins_are_those_of_the_settings():
    masks = torch.zeros(1, 12, 12)
    masks[0, 3:9, 3:9] = 1
    found = build(inner=2, outer=1).regions(masks)
    for one, other in zip(found, contrast_regions(masks, inner=2, outer=1)):
        assert torch.equal(one, other)
    assert found.positive.sum() < masks.sum()


@pytest.mark.parametrize('settings', [dict(inner=0), dict(outer=0)])
def test_rejects_margins_below_one(settings):
    with pytest.raises(ValueError, match='margins of at least 1 cell'):
        build(**settings)
