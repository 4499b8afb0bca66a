import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import LoadLabelMap, MissingFileError, SampleError
from mmmotion.registry import TRANSFORMS

LABELS = np.array([[0, 3, 255], [1, 3, 3]], np.uint8)


def save(tmp_path, values, mode='L'):
    path = tmp_path / 'labels.png'
    image = Image.fromarray(values, mode=mode)
    if mode == 'P':
        image.putpalette(bytes(range(255, -1, -1)) * 3)
    image.save(path)
    return dict(mask_path=str(path), ori_shape=(9, 9))


@pytest.mark.parametrize('mode', ['L', 'P'])
def test_numbers_and_indices_of_a_palette_are_labels(tmp_path, mode):
    results = LoadLabelMap(4).transform(save(tmp_path, LABELS, mode))
    np.testing.assert_array_equal(results['gt_sem_seg'], LABELS)
    assert results['gt_sem_seg'].dtype == np.uint8
    assert results['ori_shape'] == (2, 3)


def test_a_label_without_a_class_is_refused(tmp_path):
    with pytest.raises(SampleError, match=r'below 3, or 255, got 3 .*\.png'):
        LoadLabelMap(3).transform(save(tmp_path, LABELS))


def test_labels_drawn_in_colours_are_refused(tmp_path):
    colors = np.zeros((2, 3, 3), np.uint8)
    colors[0, 0] = (192, 128, 0)
    with pytest.raises(SampleError, match=r'in colours without a palette'):
        LoadLabelMap(21).transform(save(tmp_path, colors, 'RGB'))
    with pytest.raises(SampleError, match=r'got 192 .*without a palette'):
        LoadLabelMap(21).transform(save(tmp_path, colors[..., 0], 'L'))


def test_another_size_than_that_of_the_image_is_refused(tmp_path):
    results = save(tmp_path, LABELS)
    results['frames'] = np.zeros((1, 3, 2, 3), np.uint8)
    with pytest.raises(SampleError,
                       match=r'of \(3, 2\) pixels .*got \(2, 3\): .*\.png'):
        LoadLabelMap(4).transform(results)


def test_an_image_without_annotation_stays_without():
    given = dict(mask_path=None, ori_shape=(9, 9))
    assert LoadLabelMap(4).transform(dict(given)) == given


def test_bad_input_is_named(tmp_path):
    path = str(tmp_path / 'no.png')
    with pytest.raises(MissingFileError, match=f'not found: {path}'):
        LoadLabelMap(4).transform(dict(mask_path=path))
    with pytest.raises(ValueError, match=r'in \[1, 255\], got 256'):
        TRANSFORMS.build(dict(type='LoadLabelMap', num_classes=256))
