import pytest
import torch

from mmmotion.flow import motion_saliency
from mmmotion.postprocessing.moving import moving_ratio
from mmmotion.structures import MotionDataSample


def flows():
    flow = torch.zeros(1, 2, 24, 32)
    flow[..., 4:10, 6:14] = 3.0
    return flow


def ratio_of(inputs, degree=2):
    sample = MotionDataSample(metainfo=dict(video_id='camel'))
    return moving_ratio(inputs, sample, degree, 'Step')


def test_it_is_the_length_over_the_threshold():
    length, threshold = motion_saliency(flows(), 2)
    torch.testing.assert_close(
        ratio_of(dict(flows=flows())), length / threshold
    )
    assert (ratio_of(dict(flows=flows())) > 1).sum() == 6 * 8


def test_a_second_step_does_not_compute_it_again():
    inputs = dict(flows=flows())
    first = ratio_of(inputs)
    assert ratio_of(inputs) is first
    assert ratio_of(inputs, degree=1) is not first


def test_missing_flow_names_step_and_video():
    with pytest.raises(ValueError, match=r'Step .* camel: add LoadFlows'):
        ratio_of({})
