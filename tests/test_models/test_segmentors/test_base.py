import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.postprocessing import Postprocessor
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


class Brightness(BaseSegmentor):
    """Two groups: dark and bright."""

    def segment(self, inputs):
        bright = inputs['frames'][:, 0].mean(dim=1)
        return torch.stack([-bright, bright], dim=1)

    def loss(self, inputs, data_samples):
        return dict(loss_mean=inputs['frames'].mean())


class CountFrames(Postprocessor):
    """Notes how many frames of a video it sees, and what it is given."""

    def __init__(self):
        self.calls = []

    def __call__(self, masks, inputs, data_sample):
        return masks.flip(0)

    def process_video(self, masks, inputs, data_samples):
        self.calls.append((len(masks), inputs[0]))
        return super().process_video(masks, inputs, data_samples)


@pytest.fixture
def counting_step():
    POSTPROCESSORS.register_module(module=CountFrames)
    yield dict(type='CountFrames')
    POSTPROCESSORS.module_dict.pop('CountFrames')


def test_largest_mask_wins_and_background_comes_first():
    model = Brightness()
    frames = torch.tensor([[-1.0, 1.0]]).expand(1, 1, 3, 1, 2)
    sample = model(dict(frames=frames), mode='predict')[0]
    assert sample.pred_seg.tolist() == [[0, 1]]
    expected = torch.tensor([-1.0, 1.0]).mul(2).sigmoid()
    torch.testing.assert_close(sample.pred_masks[1, 0], expected)


def test_masks_are_resized_with_half_pixel_centres():
    model = Brightness()
    frames = torch.randn(1, 1, 3, 4, 6)
    sample = MotionDataSample(metainfo=dict(ori_shape=(10, 15)))
    model(dict(frames=frames), [sample], mode='predict')
    expected = F.interpolate(
        sample.pred_regions[None],
        size=(10, 15),
        mode='bilinear',
        align_corners=False
    )[0]
    torch.testing.assert_close(sample.pred_masks, expected)


def test_steps_see_colours_and_single_frames(counting_step):
    model = Brightness([counting_step])
    colours = torch.rand(2, 1, 3, 4, 6) * 255
    data = model.data_preprocessor(dict(inputs=dict(frames=list(colours))))
    samples = model(**data, mode='predict')
    step = model.postprocess[0]
    assert [count for count, _ in step.calls] == [1, 1]
    torch.testing.assert_close(step.calls[1][1]['frames'], colours[1])
    torch.testing.assert_close(
        samples[0].pred_masks, samples[0].pred_regions.flip(0)
    )


def test_steps_see_whole_videos(counting_step):
    model = Brightness([counting_step])
    frames = model.predict_regions(dict(frames=torch.randn(5, 1, 3, 4, 6)))
    model.finish_video(frames)
    assert model.postprocess[0].calls[0][0] == 5
    model.finish_frame(frames[0])
    flipped = frames[0].data_sample.pred_regions.flip(0)
    torch.testing.assert_close(frames[0].data_sample.pred_masks, flipped)


def test_an_unknown_step_is_named():
    with pytest.raises(KeyError, match='NoSuchStep'):
        Brightness([dict(type='NoSuchStep')])
