import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import LoadMasks, MissingFileError, SampleError

VALUES = np.array([[0, 255, 0], [0, 255, 255]], np.uint8)


def save(tmp_path, values, mode='L'):
    path = tmp_path / 'mask.png'
    image = Image.fromarray(values)
    image.convert(mode).save(path)
    return dict(mask_path=str(path), ori_shape=(9, 9))


@pytest.mark.parametrize('mode', ['L', '1', 'RGB', 'RGBA', 'P'])
def test_black_and_white_is_read_in_any_mode(tmp_path, mode):
    results = LoadMasks().transform(save(tmp_path, VALUES, mode))
    np.testing.assert_array_equal(results['gt_masks'], VALUES[None] == 255)
    assert results['gt_masks'].dtype == bool
    assert results['ori_shape'] == (2, 3)


def test_a_mask_may_have_to_have_the_size_of_its_image(tmp_path):
    results, load = save(tmp_path, VALUES), LoadMasks(same_size=True)
    with pytest.raises(SampleError, match=r'\(9, 9\), got \(2, 3\): .*mask'):
        load.transform(results)
    load.transform(results | dict(ori_shape=(2, 3)))


def test_an_empty_mask_is_a_mask(tmp_path):
    results = LoadMasks().transform(save(tmp_path, 0 * VALUES))
    assert results['gt_masks'].shape == (1, 2, 3)
    assert not results['gt_masks'].any()


def test_other_values_are_refused_with_what_was_found(tmp_path):
    results = save(tmp_path, np.minimum(VALUES, 38))
    with pytest.raises(SampleError,
                       match=r'0 and 255 only, got 0, 38 .*mask\.png'):
        LoadMasks().transform(results)


def test_a_long_list_of_values_is_cut(tmp_path):
    values = np.arange(60, dtype=np.uint8).reshape(6, 10)
    with pytest.raises(SampleError, match=r'6, 7, \.\.\. \('):
        LoadMasks().transform(save(tmp_path, values))


def test_the_threshold_is_that_of_the_released_code(tmp_path):
    values = np.array([[0, 128, 129, 255]], np.uint8)
    load = LoadMasks(binarize='threshold')
    masks = load.transform(save(tmp_path, values))['gt_masks']
    assert masks[0, 0].tolist() == [False, False, True, True]


def test_labels_make_one_mask_of_each_index(tmp_path):
    image = Image.fromarray(np.array([[0, 1, 3, 3]], np.uint8), mode='P')
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0])
    path = tmp_path / 'mask.png'
    image.save(path)
    results = LoadMasks('labels').transform(dict(mask_path=str(path)))
    assert results['gt_masks'].tolist() == [[[False, True, False, False]],
                                            [[False, False, True, True]]]
    with pytest.raises(SampleError, match='got 0, 128'):
        LoadMasks().transform(dict(mask_path=str(path)))


def test_a_frame_without_annotation_stays_without():
    results = LoadMasks().transform(dict(mask_path=None, ori_shape=(9, 9)))
    assert results == dict(mask_path=None, ori_shape=(9, 9))


def test_a_missing_or_truncated_file_is_named(tmp_path):
    path = str(tmp_path / 'no.png')
    with pytest.raises(MissingFileError, match=f'mask not found: {path}'):
        LoadMasks().transform(dict(mask_path=path))
    results = save(tmp_path, VALUES)
    with open(results['mask_path'], 'r+b') as file:
        file.truncate(50)
    with pytest.raises(SampleError, match='whole mask file') as caught:
        LoadMasks().transform(results)
    assert results['mask_path'] in str(caught.value)


def test_sixteen_bits_are_refused(tmp_path):
    path = tmp_path / 'mask.png'
    Image.fromarray(np.array([[0, 255]], np.uint16)).save(path)
    with pytest.raises(SampleError, match='8 bits a channel'):
        LoadMasks().transform(dict(mask_path=str(path)))


def test_rejects_an_unknown_choice():
    with pytest.raises(ValueError, match="got 'any'"):
        LoadMasks(binarize='any')


def test_objects_keep_their_position_and_void_is_apart(tmp_path):
    load = LoadMasks(binarize='objects')
    values = np.array([[0, 255, 3, 1]], np.uint8)
    results = load.transform(save(tmp_path, values))
    assert results['gt_masks'].astype(int).tolist() == [[[0, 0, 0, 1]],
                                                        [[0, 0, 0, 0]],
                                                        [[0, 0, 1, 0]]]
    assert results['gt_void'].tolist() == [[False, True, False, False]]
    results = load.transform(save(tmp_path, 0 * values))
    assert results['gt_masks'].shape == (0, 1, 4)


def test_objects_that_are_drawn_in_colours_are_refused(tmp_path):
    values = np.full((2, 3), 128, np.uint8)
    with pytest.raises(SampleError, match=r'got 128 \(labels drawn .*mask'):
        LoadMasks('objects').transform(save(tmp_path, values))


@pytest.mark.parametrize('binarize', ['labels', 'objects'])
def test_colours_without_a_palette_are_no_labels(tmp_path, binarize):
    image = Image.new('RGB', (3, 2), (128, 0, 0))
    image.putpixel((1, 1), (0, 128, 0))
    image.save(tmp_path / 'mask.png')
    results = dict(mask_path=str(tmp_path / 'mask.png'))
    with pytest.raises(SampleError, match='colours without a palette'):
        LoadMasks(binarize).transform(results)
