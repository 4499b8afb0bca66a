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
    return dict(flows=(flow + torch.stack([4 * moving, 0 * moving]))[None])


def fuse(masks, moving, **kwargs):
    step = POSTPROCESSORS.build(dict(type='MotionFusion', **kwargs))
    return step(masks, flow_of(moving), MotionDataSample())


def test_an_undecided_mask_follows_the_flow():
    moving = box(5, 20, 10, 30)
    undecided = torch.full((2, *SIZE), 0.5)
    result = fuse(undecided, moving)
    assert torch.equal((result[1] > 0.5).float(), moving)


def test_a_sure_mask_outweighs_a_weak_motion():
    sure = torch.stack([torch.full(SIZE, 0.01), torch.full(SIZE, 0.99)])
    # The length of the residual is 4, its threshold between 0 and that.
    result = fuse(sure, box(5, 20, 10, 30), weight=0.5)
    assert (result[1] > 0.5).sum() > box(5, 20, 10, 30).sum()


def test_odds_are_multiplied_by_a_power_of_the_ratio():
    moving = box(5, 20, 10, 30)
    masks = torch.full((2, *SIZE), 0.5)
    once, twice = (fuse(masks, moving, weight=w) for w in (0.5, 1.0))
    odds = [m[1, 10, 20] / m[0, 10, 20] for m in (once, twice)]
    assert odds[0] > 1
    torch.testing.assert_close(odds[1], odds[0]**2)


def test_objects_keep_their_proportion():
    masks = torch.tensor([0.5, 0.3, 0.2])[:, None, None].expand(3, *SIZE)
    result = fuse(masks, box(5, 20, 10, 30))
    torch.testing.assert_close(result.sum(dim=0), torch.ones(SIZE))
    torch.testing.assert_close(result[1] / result[2], torch.full(SIZE, 1.5))


def test_no_weight_leaves_the_masks():
    masks = torch.rand(3, *SIZE).softmax(dim=0)
    result = fuse(masks, box(5, 20, 10, 30), weight=0.0)
    torch.testing.assert_close(result, masks)


def test_masks_keep_their_size():
    masks = torch.full((2, 20, 30), 0.5)
    result = fuse(masks, box(5, 20, 10, 30))
    assert result.shape == masks.shape
    assert result[1, 6, 10] > 0.5 > result[1, 15, 25]


def test_missing_flow_names_the_video():
    step = POSTPROCESSORS.build(dict(type='MotionFusion'))
    sample = MotionDataSample(metainfo=dict(video_id='camel'))
    with pytest.raises(ValueError, match=r'MotionFusion .* camel'):
        step(torch.full((2, *SIZE), 0.5), {}, sample)


def test_negative_weight_is_refused():
    with pytest.raises(ValueError, match='weight must be 0 or more, got -1'):
        POSTPROCESSORS.build(dict(type='MotionFusion', weight=-1))
