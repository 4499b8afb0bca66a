import pytest

from mmmotion.datasets import FBMS59
from mmmotion.datasets.fbms59 import FBMS59_TEST_VIDEOS
from mmmotion.registry import DATASETS

GAPS = (3, 6, -3, -6)


def videos(dataset):
    names = [dataset.get_data_info(i)['video_id'] for i in range(len(dataset))]
    return list(dict.fromkeys(names))


def test_the_test_split_has_thirty_videos_and_training_the_rest(tree):
    assert len(set(FBMS59_TEST_VIDEOS)) == 30
    for name in (*FBMS59_TEST_VIDEOS, 'bear01', 'marple1'):
        tree.add_video(name, 1, resolution='')
    root = str(tree.root)
    assert videos(FBMS59(data_root=root,
                         split='test')) == sorted(FBMS59_TEST_VIDEOS)
    assert videos(FBMS59(data_root=root,
                         split='train')) == ['bear01', 'marple1']
    assert len(FBMS59(data_root=root)) == 32
    some = FBMS59(data_root=root, split='test', videos=['tennis', 'bear01'])
    assert videos(some) == ['tennis']


def test_a_test_video_that_is_not_there_is_an_error(tree):
    tree.add_video('tennis', 1, resolution='')
    with pytest.raises(FileNotFoundError, match=r'camel01 \(videos\)'):
        FBMS59(data_root=str(tree.root), split='test')


def test_only_annotated_frames_are_listed_with_the_large_gaps(tree):
    tree.add_video('cars1', 8, resolution='', gaps=GAPS)
    for t in range(8):
        if t not in (0, 4):
            tree.mask('cars1', f'{t:05d}', '').unlink()
    dataset = DATASETS.build(
        dict(
            type='FBMS59',
            data_root=str(tree.root),
            flow_estimator='dis',
            require_mask=True,
        )
    )
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert [info['frame_index'] for info in infos] == [0, 4]
    assert infos[0]['available_gaps'] == (3, 6)
    assert infos[1]['available_gaps'] == (3, -3)
    assert infos[1]['num_frames'] == 8


def test_rejects_bad_settings(tree):
    tree.add_video('cars1', 1, resolution='')
    with pytest.raises(ValueError, match="got 'val'"):
        FBMS59(data_root=str(tree.root), split='val')
    with pytest.raises(ValueError, match='require_mask=True needs'):
        FBMS59(
            data_root=str(tree.root),
            require_mask=True,
            data_prefix=dict(mask=None),
        )
