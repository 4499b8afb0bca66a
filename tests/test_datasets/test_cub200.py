import pytest

from mmmotion.datasets import CUB200
from mmmotion.registry import DATASETS

IMAGES = ['002.Laysan/b_02.jpg', '001.Black/a_01.jpg', '001.Black/a_10.jpg']


@pytest.fixture
def root(image_tree):
    root = image_tree(IMAGES, 'images', 'segmentations')
    lines = [f'{i} {name}' for i, name in enumerate(IMAGES, 1)]
    (root / 'images.txt').write_text('\n'.join(lines) + '\n')
    (root / 'train_test_split.txt').write_text('1 0\n2 1\n3 0\n')
    return root


def names(root, **kwargs):
    dataset = CUB200(data_root=str(root), **kwargs)
    return [dataset.get_data_info(i)['video_id'] for i in range(len(dataset))]


def test_a_list_of_three_parts_is_read(root):
    (root / 'train_val_test_split.txt').write_text('1 2\n2 0\n3 1\n')
    assert names(root) == ['002.Laysan/b_02']
    assert names(root, split='train') == ['001.Black/a_01']
    assert names(root, split='val') == ['001.Black/a_10']
    info = DATASETS.build(dict(type='CUB200',
                               data_root=str(root))).get_data_info(0)
    assert info['mask_path'] == str(root / 'segmentations/002.Laysan/b_02.png')


def test_the_list_of_the_release_has_two_parts(root):
    official = dict(split_file='train_test_split.txt')
    assert names(root, **official) == ['002.Laysan/b_02', '001.Black/a_10']
    assert names(root, split='train', **official) == ['001.Black/a_01']
    with pytest.raises(ValueError, match=r"no image for split='val'"):
        names(root, split='val', **official)


def test_without_a_split_all_images_or_those_of_a_list_are_taken(root):
    assert len(names(root, split=None)) == 3
    (root / 'mine.txt').write_text('001.Black/a_10.jpg\n')
    assert names(root, ann_file='mine.txt') == ['001.Black/a_10']


def test_what_is_missing_is_named(root):
    with pytest.raises(FileNotFoundError,
                       match=r'train_val_test_split\.txt \(split_file\); .*'
                       r"split_file='train_test_split\.txt'"):
        names(root)
    with pytest.raises(ValueError, match="or None, got 'dev'"):
        names(root, split='dev')
    (root / 'images.txt').write_text('1 a b\n')
    with pytest.raises(ValueError, match=r"two words .*images.txt, got '1 a"):
        names(root, split_file='train_test_split.txt')
