import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.losses import PhotometricLoss, SSIMLoss
from mmmotion.registry import MODELS

L1 = [dict(type='L1Loss')]


def textured_pair(shift=2, size=(16, 32)):
    """A texture that moves to the right by whole pixels."""
    height, width = size
    wide = torch.rand(1, 3, height, width + shift)
    return wide[..., shift:], wide[..., :width]


def constant_flow(x, size=(16, 32)):
    flow = torch.zeros(1, 2, *size)
    flow[:, 0] = x
    return flow


def test_true_flow_explains_what_is_visible():
    first, second = textured_pair()
    flows = [constant_flow(2.0)], [constant_flow(-2.0)]
    for visibility in ('splat', 'bidirectional'):
        loss = PhotometricLoss(visibility=visibility, level_weights=(1.0, ))
        assert loss(first, second, *flows) < 1e-6
    everywhere = PhotometricLoss(visibility=None, level_weights=(1.0, ))
    assert everywhere(first, second, *flows) > 1e-3


def test_wrong_flow_costs_more():
    first, second = textured_pair()
    loss = PhotometricLoss(level_weights=(1.0, ))
    wrong = [constant_flow(1.0)], [constant_flow(-1.0)]
    assert loss(first, second, *wrong) > 0.1


def test_levels_are_weighted_and_directions_averaged():
    first, second = torch.rand(2, 1, 3, 16, 32)
    flows = [torch.zeros(1, 2, 16 // s, 32 // s) for s in (1, 2, 4)]
    loss = PhotometricLoss(
        L1, visibility=None, level_weights=(1.0, 0.5, 0.0), loss_weight=3.0
    )
    fine = (first - second).abs().mean()
    coarse = F.avg_pool2d(first - second, 2).abs().mean()
    torch.testing.assert_close(
        loss(first, second, flows, flows), 3 * (fine + 0.5 * coarse)
    )


def test_each_direction_has_its_own_flow():
    first, second = textured_pair()
    right, left = [constant_flow(2.0)], [constant_flow(-2.0)]
    still = [constant_flow(0.0)]
    loss = PhotometricLoss(L1, visibility='splat', level_weights=(1.0, ))
    one = loss(first, second, right, still)
    other = loss(first, second, still, left)
    none = loss(first, second, still, still)
    assert 0.4 * none < one < 0.6 * none
    assert 0.4 * none < other < 0.6 * none


def test_coarse_levels_take_the_visibility_of_the_finest():
    first, second = textured_pair(shift=8)
    flows = [constant_flow(8.0), constant_flow(4.0, (8, 16))]
    opposite = [-flow for flow in flows]
    loss = PhotometricLoss(L1, level_weights=(0.0, 1.0))
    assert loss(first, second, flows, opposite) < 1e-6


def test_gradient_reaches_every_weighted_level():
    first, second = textured_pair()
    flows = [(0.3 * torch.ones(1, 2, 16 // s, 32 // s)).requires_grad_()
             for s in (1, 2, 4)]
    loss = PhotometricLoss(level_weights=(1.0, 1.0, 0.0))
    loss(first, second, flows, flows).backward()
    assert flows[0].grad.abs().sum() > 0
    assert flows[1].grad.abs().sum() > 0
    assert flows[2].grad is None


def test_built_from_config():
    config = dict(
        type='PhotometricLoss',
        distances=[dict(type='SSIMLoss', loss_weight=0.85)],
        visibility=None,
        level_weights=[1.0],
    )
    loss = MODELS.build(config)
    first, second = torch.rand(2, 1, 3, 8, 8)
    still = [torch.zeros(1, 2, 8, 8)]
    expected = 0.85 * SSIMLoss()(first, second)
    torch.testing.assert_close(loss(first, second, still, still), expected)


@pytest.mark.parametrize(
    'settings, message', [
        (dict(distances=[]), 'at least one distance'),
        (dict(visibility='both'), "got 'both'"),
        (dict(level_weights=(0.0, 0.0)), 'expected level_weights'),
        (dict(level_weights=(1.0, -1.0)), 'expected level_weights'),
    ]
)
def test_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        PhotometricLoss(**settings)


def test_impossible_pairs():
    loss = PhotometricLoss(level_weights=(1.0, ))
    frame, flow = torch.rand(1, 3, 8, 8), torch.zeros(1, 2, 8, 8)
    with pytest.raises(ValueError, match='frames of a pair'):
        loss(frame, frame[..., :4], [flow], [flow])
    with pytest.raises(ValueError, match='2 forward and 1 backward'):
        loss(frame, frame, [flow, flow], [flow])
    with pytest.raises(ValueError, match='flows of both directions'):
        loss(frame, frame, [flow], [flow[..., :4]])
