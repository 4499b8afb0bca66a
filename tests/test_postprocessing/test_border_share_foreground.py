import pytest
import torch

from mmmotion.postprocessing import border_share
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def box(top, bottom, left, right, size=(6, 8)):
    mask = torch.zeros(size)
    mask[top:bottom, left:right] = 1
    return mask


def build(**settings):
    return POSTPROCESSORS.build(dict(type='BorderShareForeground', **settings))


def choose(masks, **settings):
    return build(**settings)(masks, {}, MotionDataSample())


def test_share_counts_the_outermost_pixels_once():
    # 2 * 6 + 2 * 8 - 4 = 24 pixels; the box has 3 in the corner.
    assert border_share(box(0, 2, 0, 2)) == 3 / 24
    assert border_share(0.5 * box(0, 6, 0, 8)) == 0


@pytest.mark.parametrize('swap', [False, True])
def test_a_mask_over_more_than_half_of_the_border_is_inverted(swap):
    inside = 0.1 + 0.8 * box(0, 4, 0, 6)  # 9 of 24
    masks = torch.stack([inside, 1 - inside])
    masks = masks.flip(0) if swap else masks
    torch.testing.assert_close(
        choose(masks), torch.stack([1 - inside, inside])
    )


def test_of_several_groups_one_is_the_foreground():
    left, inside = box(0, 6, 0, 3), box(2, 4, 4, 6)
    masks = torch.stack([left, 1 - left - inside, inside])
    torch.testing.assert_close(
        choose(masks), torch.stack([1 - inside, inside])
    )


def test_the_smaller_area_wins_between_equal_shares():
    small, large = box(2, 3, 2, 3), box(3, 5, 3, 6)
    masks = torch.stack([large, small, 1 - small - large])
    torch.testing.assert_close(choose(masks)[1], small)


def test_frames_of_a_video_decide_together():
    inside = box(2, 4, 2, 6)
    touching = box(0, 6, 0, 8) - inside
    frames = [
        torch.stack([mask, 1 - mask]) for mask in (inside, inside, touching)
    ]
    given = frames, [{}] * 3, [MotionDataSample()] * 3
    together = build(vote=True).process_video(*given)
    alone = build().process_video(*given)
    torch.testing.assert_close(together[2][1], touching)
    torch.testing.assert_close(alone[2][1], inside)
    for video in (together, alone):
        torch.testing.assert_close(video[0][1], inside)


def test_rejects_a_threshold_out_of_range():
    with pytest.raises(ValueError, match='got 1'):
        build(threshold=1.0)


def test_choice_is_that_of_the_release(golden):
    """Masks of four flows; the slots swap in the last."""
    _, arrays = golden('mg_without_recon.npz')
    masks = torch.from_numpy(arrays['eval_masks'])[:, :, 0]
    for frame, slot in zip(masks, arrays['eval_slots']):
        torch.testing.assert_close(choose(frame)[1], frame[slot])
    rows, columns = (
        torch.arange(new) * old // new
        for new, old in zip(arrays['moca_gt'].shape, masks.shape[-2:])
    )
    large = choose(masks[0])[1][rows[:, None], columns]
    stored = torch.from_numpy(arrays['moca_first_mask'])[0].bool()
    assert torch.equal(large > 0.1, stored)
