"""Which frames a data set lists."""

import numpy as np
import pytest
from PIL import Image

from mmmotion.registry import DATASETS


def test_frames_are_listed_with_neighbours_masks_and_flows(tree):
    tree.add_video('cat', 3, gaps=(1, -1, 2))
    dataset = tree.dataset(gaps=(1, 2, -1), flow_estimator='dis')
    info = dataset.get_data_info(1)
    assert info['video_id'] == 'cat'
    assert info['frame_id'] == '00001'
    assert (info['frame_index'], info['num_frames']) == (1, 3)
    assert info['img_path'] == str(tree.image('cat', '00001'))
    assert info['mask_path'] == str(tree.mask('cat', '00001'))
    assert info['neighbours'] == {
        1: str(tree.image('cat', '00002')),
        -1: str(tree.image('cat', '00000')),
    }
    assert info['flow_paths'] == {
        1: str(tree.flow(1, 'cat', '00001')),
        -1: str(tree.flow(-1, 'cat', '00001')),
    }
    assert info['return_flow_paths'] == {
        1: str(tree.flow(-1, 'cat', '00002')),
        -1: str(tree.flow(1, 'cat', '00000')),
    }
    assert [i['available_gaps'] for i in tree.infos(dataset)] == [(1, 2),
                                                                  (1, -1),
                                                                  (-1, )]


def test_videos_come_in_order_and_frames_by_number(tree):
    for name in ('b', 'a'):
        for number in (2, 10, 1):
            tree.save(
                f'JPEGImages/480p/{name}/frame{number}.png',
                Image.new('RGB', (8, 6)),
            )
    dataset = tree.dataset(data_prefix=dict(img='JPEGImages/480p'))
    listed = [(i['video_id'], i['frame_id']) for i in tree.infos(dataset)]
    assert listed == [(video, f'frame{number}') for video in 'ab'
                      for number in (1, 2, 10)]


def test_a_folder_with_the_frames_of_one_video_is_that_video(tree):
    tree.add_video('cat', 3)
    dataset = tree.dataset(
        data_prefix=dict(
            img='JPEGImages/480p/cat', mask='Annotations/480p/cat'
        ),
    )
    assert {i['video_id'] for i in tree.infos(dataset)} == {'cat'}
    assert dataset.get_data_info(2)['mask_path'] == str(
        tree.mask('cat', '00002')
    )


def test_frames_without_annotation_have_no_mask_path(tree):
    tree.add_video('cat', 3)
    tree.mask('cat', '00001').unlink()
    paths = [i['mask_path'] for i in tree.infos(tree.dataset())]
    assert [path is None for path in paths] == [False, True, False]


@pytest.mark.parametrize(
    'lines',
    [
        ['/JPEGImages/480p/cat/00001.jpg /Annotations/480p/cat/00001.png'],
        ['JPEGImages/480p/cat/00001.jpg'],
        ['# frames', '', 'cat/00001.jpg'],
    ],
)
def test_a_list_may_name_frames_of_a_video(tree, lines):
    tree.add_video('cat', 3).add_video('dog', 2)
    tree.add_list('some.txt', lines)
    dataset = tree.dataset(ann_file='ImageSets/480p/some.txt', gaps=(1, -1))
    assert len(dataset) == 1
    info = dataset.get_data_info(0)
    assert (info['frame_index'], info['num_frames']) == (1, 3)
    assert set(info['neighbours']) == {1, -1}


def test_a_list_may_name_videos(tree):
    tree.add_video('cat', 3).add_video('dog', 2).add_video('elk', 2)
    tree.add_list('some.txt', ['elk', 'cat'])
    dataset = tree.dataset(ann_file='ImageSets/480p/some.txt')
    assert [i['video_id']
            for i in tree.infos(dataset)] == ['elk'] * 2 + ['cat'] * 3
    dataset = tree.dataset(videos=['dog'])
    assert [i['video_id'] for i in tree.infos(dataset)] == ['dog'] * 2


def test_a_pipeline_from_a_config_gives_packed_samples(tree):
    tree.add_video('cat', 3, gaps=(1, ))
    dataset = DATASETS.build(
        dict(
            type='VideoSegDataset',
            data_root=str(tree.root),
            data_prefix=tree.prefix,
            flow_estimator=dict(type='DISFlowEstimator'),
            gaps=(1, ),
            pipeline=[
                dict(type='LoadFrames', gaps=(1, )),
                dict(type='LoadFlows', gaps=(1, )),
                dict(type='LoadMasks'),
                dict(type='ResizeFrames', size=(6, 10)),
                dict(type='ResizeFlows', size=(6, 10)),
                dict(type='PackMotionInputs'),
            ],
        )
    )
    sample = dataset[0]
    assert sample['inputs']['frames'].shape == (2, 3, 6, 10)
    np.testing.assert_array_equal(
        sample['inputs']['flows'][0, :, 0, 0], (0.5, 0)
    )
    assert sample['data_samples'].gt_masks.shape == (1, 12, 20)
    assert sample['data_samples'].gaps == (1, )


def test_require_mask_keeps_annotated_frames_and_their_neighbours(tree):
    tree.add_video('cat', 3)
    tree.mask('cat', '00001').unlink()
    dataset = tree.dataset(gaps=(1, -1), require_mask=True)
    assert [i['frame_index'] for i in tree.infos(dataset)] == [0, 2]
    assert set(dataset.get_data_info(1)['neighbours']) == {-1}


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(require_flow=True), 'require_flow=True needs'),
        (
            dict(require_mask=True, data_prefix=dict(mask=None)),
            'require_mask=True needs',
        ),
        (dict(flow_layout='raft'), "flow_layout .* got 'raft'"),
        (
            dict(flow_layout='mg', flow_estimator='dis'),
            'do not say who made the flows',
        ),
        (dict(data_prefix=dict(image='x')), "'img', 'mask' and 'flow'"),
        (dict(flow_estimator='horn'), "unknown flow estimator 'horn'"),
    ],
)
def test_rejects_bad_settings(tree, kwargs, message):
    tree.add_video('cat', 2)
    with pytest.raises(ValueError, match=message):
        tree.dataset(**kwargs)


def test_an_unknown_key_is_named(tree):
    with pytest.raises(TypeError, match='flow_estimater'):
        tree.dataset(flow_estimater='dis')
