import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing import (
    choose_key_frame,
    decide_labels,
    label_error,
    label_errors,
    refine_labels,
    stretch_labels,
)


def one_hot(*labels):
    return F.one_hot(torch.tensor([labels]), 3).permute(2, 0, 1).float()


def test_error_is_the_difference_over_the_size_of_the_objects():
    labels, masks = one_hot(0, 0, 1, 2), one_hot(0, 1, 1, 2)
    # One pixel of two objects differs; they have 2 and 3 pixels.
    expected = torch.tensor(1 / 2 / 2.5)
    torch.testing.assert_close(label_error(labels, masks), expected)


def test_frames_without_objects_agree():
    assert label_error(one_hot(0, 0), one_hot(0, 0)) == 0


@pytest.mark.parametrize(
    'errors, key', [
        ([9, 0, 0, 0, 9, 0, 0], 3),
        ([0, 0, 9, 0, 0], 1),
        ([9, 0, 0, 0, 0, 9], 3),
        ([5, 5, 5], 1),
        ([4], 1),
        ([], 0),
    ]
)
def test_key_frame_is_the_middle_of_the_longest_good_run(errors, key):
    assert choose_key_frame(torch.tensor(errors, dtype=torch.float)) == key


@pytest.mark.parametrize(
    'has_objects, key', [
        ([1, 1, 1, 0, 0, 0, 0], 2),
        ([1, 0, 0, 0, 0, 0, 0], 1),
        ([0, 0, 0, 0, 0, 0, 0], 0),
    ]
)
def test_a_frame_without_objects_is_no_key_frame(has_objects, key):
    errors = torch.tensor([9.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0])
    errors[1:3] = 1
    found = choose_key_frame(errors, torch.tensor(has_objects) > 0)
    assert found == key


def test_masks_that_are_empty_for_long_do_not_empty_the_others():
    features, masks = video(8)
    masks[2:] = [one_hot(*[0] * 8)] * 6
    refined = refine_labels(features, masks, top_k=1)
    assert refined.key_frame < 2
    assert refined.labels[7][1].sum() == 3


def video(num_frames=6):
    """Distinct cells that do not move, with one object on the left."""
    features = [torch.eye(8)[:, None]] * num_frames
    masks = [one_hot(1, 1, 1, 0, 0, 0, 0, 0)] * num_frames
    return features, masks


def test_a_wrong_mask_is_replaced_by_those_of_other_frames():
    features, masks = video()
    masks[4] = one_hot(0, 0, 0, 0, 0, 2, 2, 2)
    refined = refine_labels(features, masks, top_k=1)
    assert refined.errors.argmax() == 3  # that of frame 4
    assert refined.key_frame == 2
    for labels in refined.labels:
        torch.testing.assert_close(labels, masks[0])


def test_masks_that_agree_are_mixed_in():
    features, masks = video(4)
    masks[1] = one_hot(1, 1, 0, 0, 0, 0, 0, 0)
    masks[3] = one_hot(0, 0, 0, 2, 2, 2, 0, 0)  # raises the mean
    refined = refine_labels(features, masks, num_last=1, top_k=2)
    key = refined.key_frame
    assert key == 1
    # Frame 2 sees the key frame; frame 3 sees it and the mean of frame 2.
    torch.testing.assert_close(refined.labels[key], masks[1])
    mixed = (masks[1] + masks[2]) / 2
    error = label_error(refined.labels[2], masks[2])
    assert error < refined.errors.mean()
    torch.testing.assert_close(
        refined.labels[3], (masks[1] + mixed) / 2, atol=1e-3, rtol=0
    )


@pytest.mark.parametrize('num_frames', [1, 2])
def test_the_shortest_videos(num_frames):
    features, masks = video(num_frames)
    refined = refine_labels(features, masks, top_k=1)
    assert len(refined.labels) == num_frames
    torch.testing.assert_close(refined.labels[0], masks[0])


def test_frames_need_masks():
    features, masks = video(2)
    with pytest.raises(ValueError, match='2 frames and 1 sets'):
        refine_labels(features, masks[:1])


def test_labels_are_enlarged_and_stretched():
    labels = torch.tensor([[[0.9, 0.6, 0.6, 0.6]], [[0.0, 0.1, 0.2, 0.3]]])
    decided = decide_labels(labels, (2, 8))
    assert decided.shape == (2, 8)
    assert decided[0, 0] == 0 and decided[0, -1] == 1


def test_a_label_that_is_the_same_everywhere_is_not_divided_by_zero():
    labels = torch.tensor([[[0.4, 0.4]], [[0.0, 1.0]], [[0.0, 0.0]]])
    assert decide_labels(labels, (1, 2)).tolist() == [[0, 1]]


def test_stretched_labels_decide_as_those_that_are_not_shares():
    torch.manual_seed(0)
    labels = torch.rand(4, 3, 5)
    shares = stretch_labels(labels, (12, 20))
    torch.testing.assert_close(shares.sum(dim=0), torch.ones(12, 20))
    assert (shares >= 0).all()
    assert torch.equal(shares.argmax(dim=0), decide_labels(labels, (12, 20)))


def test_where_all_labels_are_weakest_is_background():
    labels = torch.tensor([[[0.2, 0.9]], [[0.0, 0.5]]])
    shares = stretch_labels(labels, (1, 2))
    torch.testing.assert_close(
        shares, torch.tensor([[[1.0, 0.5]], [[0.0, 0.5]]])
    )


def test_errors_may_come_from_other_features():
    features, masks = video()
    masks[4] = one_hot(0, 0, 0, 0, 0, 2, 2, 2)
    errors = label_errors(features, masks, top_k=1)
    blind = [torch.ones_like(feature) for feature in features]
    refined = refine_labels(blind, masks, errors=errors, top_k=1)
    assert refined.key_frame == 2
    torch.testing.assert_close(refined.errors, errors)
