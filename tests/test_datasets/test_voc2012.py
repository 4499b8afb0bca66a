import shutil

import numpy as np
import pytest

from mmmotion.datasets import VOC2012
from mmmotion.registry import DATASETS
from mmmotion.structures import label_colors

PIPELINE = [
    dict(type='LoadFrames'),
    dict(type='LoadLabelMap', num_classes=21),
    dict(type='PackMotionInputs'),
]


@pytest.fixture
def root(voc_tree, tmp_path):
    return voc_tree(tmp_path / 'VOCdevkit/VOC2012')


def build(root, **kwargs):
    return DATASETS.build(dict(type='VOC2012', data_root=str(root), **kwargs))


def names(dataset):
    return [dataset.get_data_info(i)['video_id'] for i in range(len(dataset))]


def test_the_list_of_the_split_names_the_images(root):
    assert names(build(root)) == ['2007_d', '2007_e']
    dataset = build(root, split='train', pipeline=PIPELINE)
    assert names(dataset) == ['2007_a', '2007_b', '2007_c']
    sample = dataset[2]
    truth = sample['data_samples']
    assert truth.gt_sem_seg.shape == truth.ori_shape == (60, 44)
    assert truth.gt_sem_seg.unique().tolist() == [0, 20, 255]
    assert sample['inputs']['frames'].shape == (1, 3, 60, 44)
    # The rectangle is where the image is bright.
    bright = sample['inputs']['frames'][0, 2] > 130
    assert (bright == (truth.gt_sem_seg == 20)).float().mean() > 0.95
    assert len(dataset.metainfo['classes']) == 21


def test_the_augmented_set_has_a_folder_and_a_list_of_its_own(root):
    with pytest.raises(FileNotFoundError,
                       match=r'SegmentationClassAug .*sbd\.py makes'):
        build(root, split='train_aug')
    folder = root / 'SegmentationClassAug'
    shutil.copytree(root / 'SegmentationClass', folder)
    with pytest.raises(FileNotFoundError,
                       match=r'train_aug\.txt .*sbd\.py makes'):
        build(root, split='train_aug')
    # A list as it goes around, with the files of image and annotation.
    (root / 'ImageSets/Segmentation/train_aug.txt').write_text(
        '/JPEGImages/2007_c.jpg /SegmentationClassAug/2007_c.png\n'
        '/JPEGImages/2007_e.jpg /SegmentationClassAug/2007_e.png\n'
    )
    dataset = build(root, split='train_aug')
    assert names(dataset) == ['2007_c', '2007_e']
    mask = dataset.get_data_info(1)['mask_path']
    assert mask == str(folder / '2007_e.png')


def test_what_is_missing_is_named(root):
    with pytest.raises(ValueError, match=r"'train_aug'\), got 'test'"):
        build(root, split='test')
    with pytest.raises(FileNotFoundError, match=r'trainval\.txt \(ann_file\)'):
        build(root, split='trainval')
    with pytest.raises(FileNotFoundError, match=r'VOCdevkit/JPEGImages \(dat'):
        build(root.parent)
    (root / 'SegmentationClass/2007_e.png').unlink()
    with pytest.raises(FileNotFoundError, match='no annotation 2007_e'):
        build(root)
    with pytest.raises(FileNotFoundError, match=r'lost \(data_root\)'):
        build(root / 'lost', split='train_aug')


def test_labels_have_the_colours_of_the_development_kit():
    colors = label_colors(256)
    assert colors[15] == (192, 128, 128)
    assert colors[20] == (0, 64, 128)
    assert colors[255] == (224, 224, 192)
    assert len(np.unique(colors, axis=0)) == 256
    assert VOC2012.METAINFO['palette'] == colors[:21]
