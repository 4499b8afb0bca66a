import numpy as np
import pytest
import torch

from mmmotion.datasets import MoCA
from mmmotion.datasets.box_table import BoxEntry, write_box_table
from mmmotion.registry import DATASETS


@pytest.fixture
def root(tree):
    """Two videos of three frames and one that has no box."""
    for name in ('fossa', 'ibex', 'unused'):
        tree.add_video(name, 3, gaps=(1, -1), resolution='')
    table = dict(
        ibex={f'{t:05d}': BoxEntry((2 + t, 2, 6, 5), t)
              for t in range(3)},
        fossa={
            '00000': BoxEntry((0, 0, 20, 12)),
            '00001': BoxEntry((-4, 1, 8, 9), 0),
        },
    )
    write_box_table(tree.root / 'annotations.csv', table)
    return str(tree.root)


def test_frames_are_those_of_the_table(root):
    dataset = DATASETS.build(dict(type='MoCA', data_root=root))
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert [(info['video_id'], info['frame_index'])
            for info in infos] == [('ibex', 0), ('ibex', 1), ('ibex', 2),
                                   ('fossa', 0), ('fossa', 1)]
    assert infos[1]['gt_boxes'].tolist() == [[3, 2, 9, 7]]
    assert infos[1]['gt_boxes'].dtype == np.float32
    assert [info['motion_label'] for info in infos] == [0, 1, 2, None, 0]
    # The corner moves into the image and the size stays.
    assert infos[4]['gt_boxes'].tolist() == [[0, 1, 8, 10]]
    assert {info['ori_shape'] for info in infos} == {(12, 20)}
    assert {info['num_frames'] for info in infos} == {3}


def test_boxes_reach_the_data_sample_without_masks_or_frames(root):
    dataset = MoCA(
        data_root=root,
        data_prefix=dict(mask=None),
        gaps=(1, -1),
        flow_estimator='dis',
        pipeline=[
            dict(type='LoadFlows', gaps=(1, ), missing='nearest'),
            dict(type='PackMotionInputs'),
        ],
    )
    sample = dataset[2]['data_samples']
    torch.testing.assert_close(
        sample.gt_boxes, torch.tensor([[4.0, 2.0, 10.0, 7.0]])
    )
    assert sample.motion_label == 2
    assert sample.ori_shape == (12, 20)
    assert 'gt_masks' not in sample


def test_videos_can_be_chosen(root):
    assert len(MoCA(data_root=root, videos=['fossa'])) == 2
    with pytest.raises(ValueError, match=r'no box of video unused in .*csv'):
        MoCA(data_root=root, videos=['unused'])


def test_a_box_without_its_image_is_an_error(root, tree):
    tree.image('ibex', '00001', '').unlink()
    with pytest.raises(FileNotFoundError,
                       match=r'no image 00001 in .*ibex.*annotations\.csv'):
        MoCA(data_root=root)


def test_a_missing_table_is_named(root):
    with pytest.raises(FileNotFoundError, match=r'boxes\.csv'):
        MoCA(data_root=root, box_file='boxes.csv')
