"""From small soft masks to labels of the size of the video."""

import numpy as np

from mmmotion.apis.stages.full_size import full_labels, object_masks


def test_the_rim_of_an_object_is_its_own():
    groups = np.zeros((1, 6, 10), np.float32)
    groups[0, 2:4, 1:4] = 0.9
    groups[0, 2:4, 4] = 0.3  # soft rim, nearer to the first
    groups[0, 2:4, 7:9] = 0.8
    labels = np.zeros((6, 10), np.uint8)
    labels[2:4, 1:4] = 1
    labels[2:4, 7:9] = 2
    masks = object_masks(groups, labels, 2)
    np.testing.assert_allclose(masks.sum(axis=0), groups[0])
    assert masks[0, 2, 4] == np.float32(0.3) and masks[1, 2, 4] == 0


def test_what_was_dropped_is_background():
    groups = np.full((1, 4, 4), 0.9, np.float32)
    labels = np.zeros((4, 4), np.uint8)
    labels[:, :2] = 1
    masks = object_masks(groups, labels, 1)
    assert masks[0, :, :2].min() > 0.8
    assert masks[0, :, 2:].max() == 0
    assert object_masks(groups, labels, 0).shape == (0, 4, 4)


def test_the_edge_lies_where_the_soft_mask_is_one_half():
    mask = np.zeros((1, 4, 8), np.float32)
    mask[..., 4:] = 1
    labels = full_labels(mask, (16, 32))
    assert labels.shape == (16, 32)
    np.testing.assert_array_equal(labels[0], np.arange(32) >= 16)


def test_the_larger_of_two_masks_wins():
    masks = np.zeros((2, 4, 8), np.float32)
    masks[0] = np.linspace(0.9, 0.1, 8)
    masks[1] = 1 - masks[0]
    labels = full_labels(masks, (4, 8))
    assert labels[0].tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
