import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate

from mmmotion.datasets import PackMotionInputs
from mmmotion.structures import MotionDataSample


def sample():
    return dict(
        video_id='cat',
        frame_id='00002',
        frame_index=2,
        num_frames=5,
        ori_shape=(8, 12),
        frames=np.arange(144, dtype=np.uint8).reshape(2, 4, 6, 3),
        frame_gaps=(0, 1),
        flows=np.arange(48, dtype=np.float32).reshape(1, 4, 6, 2),
        flow_gaps=(1, ),
        gt_masks=np.ones((1, 8, 12), bool),
        gt_layer_order=np.array([0]),
        gt_sem_seg=np.full((8, 12), 255, np.uint8),
        scratch='left out',
    )


def test_axes_are_frames_channels_rows_columns():
    packed = PackMotionInputs().transform(sample())
    inputs, given = packed['inputs'], sample()
    assert inputs['frames'].shape == (2, 3, 4, 6)
    assert inputs['frames'].dtype == torch.uint8
    assert inputs['frames'][1, 2, 3, 4] == given['frames'][1, 3, 4, 2]
    assert inputs['flows'].shape == (1, 2, 4, 6)
    assert inputs['flows'][0, 1, 3, 4] == given['flows'][0, 3, 4, 1]
    assert all(tensor.is_contiguous() for tensor in inputs.values())


def test_truth_and_metadata_go_to_the_data_sample():
    data_sample = PackMotionInputs().transform(sample())['data_samples']
    assert isinstance(data_sample, MotionDataSample)
    assert data_sample.gt_masks.dtype == torch.bool
    assert data_sample.gt_layer_order.tolist() == [0]
    assert data_sample.gt_sem_seg.shape == (8, 12)
    assert data_sample.gt_sem_seg.dtype == torch.uint8
    assert data_sample.metainfo == dict(
        video_id='cat',
        frame_id='00002',
        frame_index=2,
        num_frames=5,
        ori_shape=(8, 12),
        frame_gaps=(0, 1),
        gaps=(1, ),
    )


@pytest.mark.parametrize('absent', ['frames', 'flows'])
def test_either_input_may_be_absent(absent):
    results = sample()
    del results[absent], results['gt_masks']
    packed = PackMotionInputs().transform(results)
    assert absent not in packed['inputs']
    assert 'gt_masks' not in packed['data_samples']


def test_meta_keys_are_those_of_the_config():
    pack = PackMotionInputs(meta_keys=('scratch', 'not there'))
    meta = pack.transform(sample())['data_samples'].metainfo
    assert meta == dict(scratch='left out', gaps=(1, ))


def test_samples_form_a_batch_of_lists():
    pack = PackMotionInputs()
    batch = pseudo_collate([pack.transform(sample()) for _ in range(3)])
    assert len(batch['inputs']['frames']) == 3
    assert len(batch['data_samples']) == 3


def test_an_empty_sample_is_an_error():
    with pytest.raises(KeyError, match="expected 'frames' or 'flows'"):
        PackMotionInputs().transform(dict(video_id='cat'))
