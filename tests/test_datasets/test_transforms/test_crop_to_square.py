import numpy as np
import pytest

from mmmotion.datasets import CropToSquare, SampleError

CROP = CropToSquare()


@pytest.mark.parametrize(
    'size, rows, columns',
    [((4, 10), (0, 4), (3, 7)), ((9, 4), (2, 6), (0, 4)),
     ((5, 5), (0, 5), (0, 5)), ((11, 4), (4, 8), (0, 4))],
)
def test_the_central_square_remains(size, rows, columns):
    frames = np.random.rand(2, *size, 3)
    masks = np.random.rand(1, *size) > 0.5
    found = CROP.transform(dict(frames=frames, gt_masks=masks))
    part = slice(*rows), slice(*columns)
    assert np.array_equal(found['frames'], frames[:, part[0], part[1]])
    assert np.array_equal(found['gt_masks'], masks[:, part[0], part[1]])
    assert found['ori_shape'] == (min(size), ) * 2


def test_the_file_of_the_whole_image_is_forgotten():
    """So that masks of the square are neither refined nor drawn on it."""
    frames = np.zeros((1, 6, 9, 3), np.uint8)
    found = CROP.transform(dict(frames=frames, img_path='bird.jpg'))
    assert 'img_path' not in found


def test_images_without_masks_are_cropped_too():
    found = CROP.transform(dict(frames=np.zeros((1, 6, 9, 3), np.uint8)))
    assert found['frames'].shape == (1, 6, 6, 3)
    assert 'gt_masks' not in found


def test_what_cannot_be_cropped_alike_is_refused():
    frames = np.zeros((1, 6, 9, 3))
    masks = np.zeros((1, 6, 8), bool)
    with pytest.raises(SampleError, match=r'6x9 .* got 6x8: bird\.png'):
        CROP.transform(
            dict(frames=frames, gt_masks=masks, mask_path='bird.png')
        )
    with pytest.raises(ValueError, match='flows are loaded'):
        CROP.transform(dict(frames=frames, flows=np.zeros((1, 6, 9, 2))))
