import pytest
import torch

from mmmotion.postprocessing import border_mean, border_score
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def box(top, bottom, left, right, size=(10, 20)):
    mask = torch.zeros(size)
    mask[top:bottom, left:right] = 1
    return mask


def split(inside):
    return torch.stack([inside, 1 - inside])


def build(**kwargs):
    return POSTPROCESSORS.build(dict(type='BorderForeground', **kwargs))


def test_score_counts_the_share_of_each_side():
    # Two of ten rows lie in the two outermost columns: 0.2 of the left side,
    # and 2 x 4 of 2 x 20 pixels, another 0.2, of the upper one.
    score = border_score(box(0, 2, 0, 4))
    torch.testing.assert_close(score, torch.tensor(0.2 + 0.2))


def test_a_side_above_the_saturation_counts_in_full():
    score = border_score(box(0, 4, 0, 2))  # 0.4 on the left, 0.1 above
    torch.testing.assert_close(score, torch.tensor(1.1))


def test_border_mean_counts_every_border_pixel_once():
    # 2 * 10 * 20 - 16 * 6 = 104 pixels lie on a border of width 2.
    mean = border_mean(box(0, 2, 0, 4))
    torch.testing.assert_close(mean, torch.tensor(8 / 104))


@pytest.mark.parametrize('swap', [False, True])
def test_the_group_inside_is_the_foreground(swap):
    inside = box(3, 7, 5, 15)
    masks = split(inside)
    masks = masks.flip(0) if swap else masks
    result = build()(masks, {}, MotionDataSample())
    assert torch.equal(result, torch.stack([1 - inside, inside]))


def test_the_first_group_is_background_on_a_tie():
    masks = split(torch.full((10, 20), 0.5))
    masks[0] *= 0.5
    masks[1] = 1 - masks[0]
    same = torch.stack([masks[0], masks[0]])
    result = build()(same, {}, MotionDataSample())
    assert torch.equal(result, same)


def test_frames_of_a_video_decide_together():
    inside, touching = box(3, 7, 5, 15), box(0, 10, 0, 17)
    masks = [split(inside), split(inside), split(touching)]
    video = [masks, [{}] * 3, [MotionDataSample()] * 3]
    voted = build(vote=True).process_video(*video)
    assert torch.equal(voted[2][1], touching)
    alone = build(vote=False).process_video(*video)
    assert torch.equal(alone[2][1], 1 - touching)


@pytest.mark.parametrize('cfg', [dict(width=0), dict(saturation=0)])
def test_rejects_settings_out_of_range(cfg):
    with pytest.raises(ValueError, match='width >= 1'):
        build(**cfg)
