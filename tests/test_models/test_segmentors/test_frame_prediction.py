import torch

from mmmotion.models.segmentors.frame_prediction import resize_masks


def test_pixel_centres_stay_where_they_are():
    masks = torch.tensor([[[0.0, 1.0]]])
    found = resize_masks(masks, (1, 4))
    torch.testing.assert_close(found, torch.tensor([[[0, 0.25, 0.75, 1]]]))


def test_corners_stay_on_corners_if_wanted():
    masks = torch.tensor([[[0.0, 1.0]]])
    found = resize_masks(masks, (1, 5), align_corners=True)
    torch.testing.assert_close(
        found, torch.tensor([[[0, 0.25, 0.5, 0.75, 1]]])
    )


def test_groups_do_not_mix_and_still_add_up():
    masks = torch.randn(3, 4, 5).softmax(dim=0)
    found = resize_masks(masks, (9, 7))
    assert found.shape == (3, 9, 7)
    torch.testing.assert_close(found.sum(dim=0), torch.ones(9, 7))
    alone = resize_masks(masks[1:2], (9, 7))
    torch.testing.assert_close(found[1:2], alone)


def test_masks_of_the_right_size_are_not_copied():
    masks = torch.rand(2, 4, 5)
    assert resize_masks(masks, (4, 5)) is masks
