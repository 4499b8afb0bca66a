"""What a data set says about missing and damaged files."""

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import SampleError


def test_a_missing_data_root_is_named(tree):
    with pytest.raises(FileNotFoundError, match=r'/data \(data_root\)'):
        tree.dataset()


@pytest.mark.parametrize('key', ['img', 'mask'])
def test_a_missing_folder_is_named_with_its_key(tree, key):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError,
                       match=rf"data/no/where \(data_prefix\['{key}'\]\)"):
        tree.dataset(data_prefix=tree.prefix | {key: 'no/where'})


def test_an_empty_folder_is_named(tree):
    (tree.root / 'JPEGImages/480p/cat').mkdir(parents=True)
    with pytest.raises(FileNotFoundError,
                       match=r"no image .*480p \(data_prefix\['img'\]\)"):
        tree.dataset(data_prefix=dict(img='JPEGImages/480p'))


@pytest.mark.parametrize(
    'line, message',
    [
        ('dog', r'480p/dog, a video that .*some\.txt lists \(ann_file\)'),
        (
            'cat/00007.jpg',
            r'no image 00007 in .*/cat, a frame that .*some\.txt lists',
        ),
    ],
)
def test_a_missing_list_entry_is_named(tree, line, message):
    tree.add_video('cat', 2)
    tree.add_list('some.txt', ['cat/00000.jpg', line])
    with pytest.raises(FileNotFoundError, match=message):
        tree.dataset(ann_file='ImageSets/480p/some.txt')


def test_a_missing_or_empty_list_is_named(tree):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError, match=r'none\.txt \(ann_file\)'):
        tree.dataset(ann_file='none.txt')
    tree.add_list('empty.txt', [])
    with pytest.raises(ValueError, match=r'empty\.txt \(ann_file\)'):
        tree.dataset(ann_file='ImageSets/480p/empty.txt')
    with pytest.raises(FileNotFoundError, match=r'480p/dog \(videos\)'):
        tree.dataset(videos=['dog'])


def test_frames_of_equal_names_are_refused(tree):
    tree.add_video('cat', 2)
    tree.save('JPEGImages/480p/cat/00000.png', Image.new('RGB', (8, 6)))
    with pytest.raises(ValueError, match='two frames share a name'):
        tree.dataset()


LOADERS = [
    dict(type='LoadFrames'),
    dict(type='LoadFlows', gaps=(1, ), missing='opposite'),
    dict(type='LoadMasks'),
]


def break_image(tree):
    path = tree.image('cat', '00001')
    path.write_bytes(path.read_bytes()[:-40])
    return path


def lose_image(tree):
    path = tree.image('cat', '00001')
    path.unlink()
    return path


def break_flow_size(tree):
    path = tree.flow(1, 'cat', '00001')
    np.save(path, np.zeros((12, 12, 2), np.float16))
    return path


def break_flow_values(tree):
    path = tree.flow(1, 'cat', '00001')
    np.save(path, np.full((12, 20, 2), np.inf, np.float16))
    return path


def break_flow_file(tree):
    path = tree.flow(1, 'cat', '00001')
    path.write_bytes(path.read_bytes()[:300])
    return path


def break_mask_values(tree):
    path = tree.mask('cat', '00001')
    Image.new('L', (20, 12), 7).save(path)
    return path


def break_mask_file(tree):
    path = tree.mask('cat', '00001')
    path.write_bytes(path.read_bytes()[:60])
    return path


@pytest.mark.parametrize(
    'damage, message',
    [
        (break_image, 'truncated'),
        (lose_image, 'image not found'),
        (break_flow_size, r'wrong size.*\(12, 20\), found \(12, 12\)'),
        (break_flow_values, 'infinite'),
        (break_flow_file, 'cannot read flow file'),
        (break_mask_values, '0 and 255 only, got 7'),
        (break_mask_file, 'expected a whole mask file'),
    ],
)
def test_a_damaged_file_is_named_or_skipped(tree, damage, message):
    tree.add_video('cat', 3, gaps=(1, -1))
    settings = dict(flow_estimator='dis', pipeline=LOADERS, test_mode=True)
    strict = tree.dataset(**settings)
    tolerant = tree.dataset(on_error='skip', **settings)
    path = damage(tree)
    with pytest.raises(SampleError, match=message) as caught:
        strict[1]
    assert str(path) in str(caught.value)
    assert tolerant[1]['frame_index'] == 2
    assert [tolerant[i]['frame_index'] for i in (0, 2)] == [0, 2]
    assert tolerant.num_skipped == 1


def test_the_flow_of_a_video_of_one_frame_cannot_be_loaded(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    dataset = tree.dataset(flow_estimator='dis', pipeline=LOADERS)
    with pytest.raises(SampleError, match=r'no flow at all .*dog/00000'):
        dataset[3]
