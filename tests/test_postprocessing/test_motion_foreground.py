import pytest
import torch

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

SIZE = (40, 60)


def box(top, bottom, left, right, size=SIZE):
    mask = torch.zeros(size)
    mask[top:bottom, left:right] = 1
    return mask


def flow_of(moving):
    """Background that shifts by (2, 1) with a part that moves otherwise."""
    flow = torch.tensor([2.0, 1.0])[:, None, None].expand(2, *moving.shape)
    return (flow + torch.stack([4 * moving, 0 * moving]))[None]


def three_groups(first):
    second = box(30, 38, 5, 15)
    return torch.stack([first, second, 1 - first - second])


def build(**kwargs):
    return POSTPROCESSORS.build(dict(type='MotionForeground', **kwargs))


def test_groups_that_move_are_the_foreground():
    moving = box(5, 20, 10, 30)
    inputs = dict(flows=flow_of(moving))
    result = build()(three_groups(moving), inputs, MotionDataSample())
    assert torch.equal(result, torch.stack([1 - moving, moving]))


def test_several_groups_can_move():
    moving = box(5, 20, 10, 30)
    masks = torch.stack([box(5, 20, 10, 20), box(5, 20, 20, 30), 1 - moving])
    result = build()(masks, dict(flows=flow_of(moving)), MotionDataSample())
    assert torch.equal(result[1], moving)


def test_flow_may_be_larger_than_the_masks():
    moving = box(5, 20, 10, 30)
    large = box(15, 60, 30, 90, (120, 180))
    inputs = dict(flows=flow_of(large))
    result = build()(three_groups(moving), inputs, MotionDataSample())
    assert torch.equal(result[1], moving)


def test_without_a_moving_majority_the_most_moving_group_is_chosen():
    half = box(5, 20, 10, 30)
    masks = three_groups(half)
    inputs = dict(flows=flow_of(box(5, 20, 10, 17)))
    result = build()(masks, inputs, MotionDataSample())
    assert torch.equal(result[1], half)


def test_a_video_decides_by_area_weighted_vote():
    first, second = box(5, 20, 10, 30), box(25, 35, 40, 50)
    rest = 1 - first - second
    masks = [torch.stack([first, second, rest])] * 3
    flows = [flow_of(first), flow_of(first), flow_of(second)]
    video = [
        masks, [dict(flows=flow) for flow in flows], [MotionDataSample()] * 3
    ]
    voted = build(vote=True).process_video(*video)
    alone = build(vote=False).process_video(*video)
    torch.testing.assert_close(voted[2][1], first + 0.5 * second)
    assert torch.equal(alone[2][1], second)


def test_what_moves_along_the_border_is_background():
    moving, ground = box(5, 20, 10, 30), box(30, 40, 0, 60)
    masks = torch.stack([moving, ground, 1 - moving - ground])
    inputs = dict(flows=flow_of(moving + ground))
    step = build(degree=0)
    result = step(masks, inputs, MotionDataSample())
    assert torch.equal(result[1], moving)
    step = build(degree=0, max_border_ratio=None)
    result = step(masks, inputs, MotionDataSample())
    assert torch.equal(result[1], moving + ground)


def test_a_border_everywhere_does_not_empty_the_foreground():
    left, right = box(0, 40, 0, 30), box(0, 40, 30, 60)
    inputs = dict(flows=flow_of(box(5, 25, 2, 20)))
    step = build(max_border_ratio=0.01)
    result = step(torch.stack([right, left]), inputs, MotionDataSample())
    assert torch.equal(result[1], left)


def test_some_group_is_always_background():
    left, right = box(0, 40, 0, 30), box(0, 40, 30, 60)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 2, *SIZE, generator=generator) * 5
    step = build(max_border_ratio=None)
    masks = torch.stack([left, right])
    result = step(masks, dict(flows=noise), MotionDataSample())
    assert result[0].mean() == result[1].mean() == 0.5


def test_a_group_that_moves_in_part_counts_in_part():
    core, rim = box(10, 20, 10, 20), box(20, 30, 10, 20)
    masks = torch.stack([core, rim, 1 - core - rim])
    inputs = dict(flows=flow_of(box(10, 24, 10, 20)))
    result = build()(masks, inputs, MotionDataSample())
    torch.testing.assert_close(result[1], core + 0.4 * rim)
    torch.testing.assert_close(result.sum(dim=0), torch.ones(SIZE))


def test_says_which_video_lacks_flow():
    sample = MotionDataSample(metainfo=dict(video_id='cat'))
    with pytest.raises(ValueError, match='none for cat: add LoadFlows'):
        build()(three_groups(box(5, 20, 10, 30)), {}, sample)


def test_rejects_an_impossible_ratio():
    with pytest.raises(ValueError, match='must be positive'):
        build(max_border_ratio=0)
