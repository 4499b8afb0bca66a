import pickle

import pytest
import torch

from mmmotion.structures import MotionDataSample


@pytest.fixture
def sample():
    return MotionDataSample(
        metainfo=dict(video_id='bear', frame_id='00007', ori_shape=(4, 6)),
        gt_masks=torch.ones(2, 4, 6, dtype=torch.bool),
    )


def test_metadata_and_masks_are_told_apart(sample):
    assert set(sample.metainfo_keys()) == {'video_id', 'frame_id', 'ori_shape'}
    assert sample.keys() == ['gt_masks']
    assert sample.video_id == 'bear'


def test_metadata_cannot_be_overwritten_by_oversight(sample):
    with pytest.raises(AttributeError, match='video_id'):
        sample.video_id = torch.zeros(1)


def test_truth_and_metadata_survive_the_way_between_processes(sample):
    found = pickle.loads(pickle.dumps(sample))
    assert torch.equal(found.gt_masks, sample.gt_masks)
    assert found.metainfo == sample.metainfo


def test_becomes_the_dictionary_that_metrics_read(sample):
    assert set(sample.to_dict()
               ) == {'gt_masks', 'video_id', 'frame_id', 'ori_shape'}
