import numpy as np
import pytest

from mmmotion.visualization import (
    masks_to_segmentation,
    overlay_segmentation,
    palette,
    soft_masks_to_image,
)


def grey(height=30, width=40):
    return np.full((height, width, 3), 100, np.uint8)


def square(height=30, width=40):
    labels = np.zeros((height, width), np.uint8)
    labels[10:20, 10:20] = 1
    return labels


def test_background_keeps_its_pixels_and_objects_are_tinted():
    image = overlay_segmentation(grey(), square(), alpha=0.5)
    background = square() == 0
    assert (image[background] == 100).all()
    expected = np.rint(0.5 * 100 + 0.5 * palette(2)[1]).astype(np.uint8)
    np.testing.assert_array_equal(image[15, 15], expected)


def test_outline_has_the_full_colour():
    image = overlay_segmentation(grey(), square(), alpha=0.0)
    np.testing.assert_array_equal(image[10, 15], palette(2)[1])
    assert (image[15, 15] == 100).all()


def test_smaller_segmentation_is_resized_without_new_labels():
    small = overlay_segmentation(grey(), square()[::2, ::2], alpha=1.0)
    large = overlay_segmentation(grey(), square(), alpha=1.0)
    np.testing.assert_array_equal(small, large)


def test_empty_segmentation_leaves_the_image():
    empty = np.zeros((30, 40), np.uint8)
    np.testing.assert_array_equal(overlay_segmentation(grey(), empty), grey())


@pytest.mark.parametrize(
    'image, labels, alpha, message', [
        (grey(), square(), 1.5, 'alpha must be in'),
        (grey()[..., 0], square(), 0.5, 'image must be'),
        (grey().astype(np.float32), square(), 0.5, 'image must be'),
        (grey(), square()[None], 0.5, 'segmentation must be'),
    ]
)
def test_rejects_impossible_input(image, labels, alpha, message):
    with pytest.raises(ValueError, match=message):
        overlay_segmentation(image, labels, alpha)


def test_first_mask_wins_where_masks_overlap():
    masks = np.zeros((2, 1, 4), bool)
    masks[0, 0, 1:3] = True
    masks[1, 0, 2:] = True
    np.testing.assert_array_equal(masks_to_segmentation(masks), [[0, 1, 1, 2]])


def test_soft_masks_mix_the_colours_by_weight():
    masks = np.zeros((3, 1, 2), np.float32)
    masks[1, 0, 0] = 1
    masks[1:, 0, 1] = 0.5
    colors = palette(3).astype(float)
    image = soft_masks_to_image(masks)
    np.testing.assert_array_equal(image[0, 0], colors[1])
    np.testing.assert_array_equal(
        image[0, 1], np.rint((colors[1] + colors[2]) / 2)
    )


def test_soft_masks_need_a_group_axis():
    with pytest.raises(ValueError, match='K, H, W'):
        soft_masks_to_image(np.zeros((4, 4)))


def test_memory_layout_of_the_image_does_not_matter():
    channels_first = np.ascontiguousarray(grey().transpose(2, 0, 1))
    strided = channels_first.transpose(1, 2, 0)
    np.testing.assert_array_equal(
        overlay_segmentation(strided, square()),
        overlay_segmentation(grey(), square()),
    )
