import pytest
import torch

from mmmotion.postprocessing import Postprocessor
from mmmotion.structures import MotionDataSample


class Scale(Postprocessor):
    """Multiplies by what the inputs and the sample of the frame say."""

    def __call__(self, masks, inputs, data_sample):
        return masks * inputs['factor'] * data_sample.frame_index


def frames(num):
    masks = [torch.ones(1, 2, 2)] * num
    inputs = [dict(factor=torch.tensor(10.0**i)) for i in range(num)]
    samples = [
        MotionDataSample(metainfo=dict(frame_index=i + 1)) for i in range(num)
    ]
    return masks, inputs, samples


def test_frames_of_a_video_are_processed_one_by_one_by_default():
    found = Scale().process_video(*frames(3))
    assert [float(masks.mean()) for masks in found] == [1, 20, 300]


def test_a_frame_without_its_inputs_is_an_error():
    masks, inputs, samples = frames(3)
    with pytest.raises(ValueError, match='shorter'):
        Scale().process_video(masks, inputs[:2], samples)


def test_a_step_has_to_say_what_it_does_with_a_frame():

    class Nothing(Postprocessor):
        pass

    with pytest.raises(TypeError, match='__call__'):
        Nothing()
