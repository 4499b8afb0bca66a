import logging

import numpy as np
import pytest

from mmmotion.datasets import ImageSegDataset, image_seg_dataset
from mmmotion.registry import DATASETS, TRANSFORMS

PIPELINE = [
    dict(type='LoadFrames'),
    dict(type='LoadMasks', binarize='threshold', threshold=127),
    dict(type='PackMotionInputs'),
]


def build(root, **kwargs):
    cfg = dict(
        type='ImageSegDataset',
        data_root=str(root),
        data_prefix=dict(img='images', mask='masks'),
    )
    return DATASETS.build(cfg | kwargs)


def names(dataset):
    return [dataset.get_data_info(i)['video_id'] for i in range(len(dataset))]


def test_images_are_paired_with_their_masks_by_name(image_tree):
    root = image_tree(['b10.jpg', 'b9.JPG', 'a/x.y.png'], 'images', 'masks')
    (root / 'images/Thumbs.db').write_text('')
    (root / 'images/.hidden.jpg').write_text('')
    dataset = build(root)
    assert names(dataset) == ['a/x.y', 'b9', 'b10']
    info = dataset.get_data_info(0)
    assert info['img_path'] == str(root / 'images/a/x.y.png')
    assert info['mask_path'] == str(root / 'masks/a/x.y.png')
    assert (info['frame_id'], info['num_frames']) == ('x.y', 1)
    assert info['dataset'] == 'ImageSegDataset'


def test_a_sample_has_the_size_of_its_file(image_tree):
    root = image_tree(['a.jpg', 'b.jpg'], 'images', 'masks')
    dataset = build(root, pipeline=PIPELINE, name='mine')
    sizes = []
    for sample in (dataset[0], dataset[1]):
        truth = sample['data_samples']
        frames = sample['inputs']['frames']
        assert tuple(frames.shape[-2:]) == truth.ori_shape
        assert truth.gt_masks.shape == (1, *truth.ori_shape)
        assert 0 < truth.gt_masks.float().mean() < 1
        assert truth.dataset == 'mine'
        sizes.append(truth.ori_shape)
    assert sizes[0] != sizes[1]


def test_a_list_chooses_images_and_their_order(image_tree):
    root = image_tree(['a.jpg', 'b.jpg', 'd/c.jpg'], 'images', 'masks')
    (root / 'some.txt').write_text('d/c.jpg\n\na\n')
    assert names(build(root, ann_file='some.txt')) == ['d/c', 'a']
    (root / 'some.txt').write_text('nothing.jpg\n')
    with pytest.raises(FileNotFoundError, match=r'no image nothing in .*img'):
        build(root, ann_file='some.txt')
    (root / 'some.txt').write_text('\n')
    with pytest.raises(ValueError, match='list file is empty'):
        build(root, ann_file='some.txt')


def test_images_need_no_annotation_if_none_are_named(image_tree):
    root = image_tree(['a.jpg'], 'images')
    with pytest.raises(FileNotFoundError, match=r"masks \(data_prefix\['mas"):
        build(root)
    (root / 'masks').mkdir()
    with pytest.raises(FileNotFoundError, match=r'no annotation a in .*masks'):
        build(root)
    dataset = build(root, data_prefix=dict(img='images'), pipeline=PIPELINE)
    assert 'gt_masks' not in dataset[0]['data_samples']


def test_what_cannot_be_listed_is_named(image_tree):
    root = image_tree(['a.jpg', 'a.png'], 'images', 'masks')
    with pytest.raises(ValueError, match=r'one name: .*a\.jpg and .*a\.png'):
        build(root)
    with pytest.raises(FileNotFoundError, match=r'list file not .*no\.txt'):
        build(root, data_prefix=dict(img='masks'), ann_file='no.txt')
    (root / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match=r'no image in .*empty'):
        build(root, data_prefix=dict(img='empty'))
    with pytest.raises(FileNotFoundError, match=r'lost \(data_root\)'):
        build(root / 'lost')
    with pytest.raises(ValueError, match=r"keys 'img' and 'mask', got"):
        build(root, data_prefix=dict(flow='x'))


@pytest.mark.parametrize('expected, warns', [(2, False), (1000, True)])
def test_another_number_of_images_is_logged(
    image_tree, expected, warns, monkeypatch
):
    logged = []
    monkeypatch.setattr(
        image_seg_dataset, 'print_log',
        lambda text, level, **_: logged.append((level, text))
    )
    root = image_tree(['a.jpg', 'b.jpg'], 'images')
    ImageSegDataset(data_root=str(root), num_images=expected)
    assert [level for level, _ in logged] == [logging.WARNING] * warns
    assert all('has 1000 images, but 2 are used' in t for _, t in logged)


def test_grey_annotations_are_cut_at_the_middle(image_tree):
    root = image_tree(['a.jpg'], 'images', 'masks')
    results = build(root).get_data_info(0)
    loaded = TRANSFORMS.build(PIPELINE[1]).transform(results)
    strict = TRANSFORMS.build(dict(type='LoadMasks', binarize='threshold'))
    looser = loaded['gt_masks'].sum()
    # The tree has a pixel of 128 in every mask.
    assert looser == strict.transform(results)['gt_masks'].sum() + 1
    assert loaded['gt_masks'].dtype == np.bool_
