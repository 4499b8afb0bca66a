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


class ReadMap(Postprocessor):
    """Notes a map of the encoder and leaves the masks as they are."""

    def __init__(self, index=0):
        self.feature_index = index
        self.maps = []

    def __call__(self, masks, inputs, data_sample):
        self.maps.append(inputs[self.feature_key])
        return masks


class Grid(torch.nn.Module):
    """Two maps, the sum of the channels at full size and at half."""

    def forward(self, x):
        total = x.sum(dim=1, keepdim=True)
        return total, F.avg_pool2d(total, 2)


@pytest.fixture
def counting_step(monkeypatch):
    POSTPROCESSORS.import_from_location()
    for step in (CountFrames, ReadMap):
        monkeypatch.setitem(POSTPROCESSORS.module_dict, step.__name__, step)
    return dict(type='CountFrames')


def with_encoder(steps):
    """Brightness of the first map of an encoder, which sees two views."""
    model = Brightness(steps)
    model.encoder = Grid()

    def segment(inputs):
        views = inputs['frames'].flatten(0, 1)
        bright = model.encoder(views)[0].unflatten(0, (-1, 2))[:, 0, 0]
        return torch.stack([-bright, bright], dim=1)

    model.segment = segment
    return model


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


def test_steps_see_the_map_of_the_encoder_that_they_ask_for(counting_step):
    steps = [dict(type='ReadMap', index=-1), counting_step]
    model = with_encoder(steps)
    frames = torch.randn(3, 2, 3, 4, 6)
    samples = model(dict(frames=frames), mode='predict')
    read, count = model.postprocess
    expected = Grid()(model.data_preprocessor.denormalize(frames)[:, 0])[1]
    given = Grid()(frames[:, 0])[1]
    assert not torch.equal(expected, given)
    torch.testing.assert_close(torch.stack(read.maps), given)
    # Nobody needs it any more.
    assert set(count.calls[0][1]) == {'frames'}
    assert len(model.encoder._forward_hooks) == 0
    assert len(samples) == 3


def test_maps_of_padded_frames_are_cut(counting_step):
    model = with_encoder([dict(type='ReadMap', index=1)])
    pad = torch.nn.ZeroPad2d((0, 2, 0, 4))
    model.encoder.register_forward_pre_hook(lambda _, args: pad(args[0]))
    frames = torch.randn(1, 2, 3, 4, 6)
    model(dict(frames=frames), mode='predict')
    found, = model.postprocess[0].maps
    torch.testing.assert_close(found, Grid()(frames[:, 0])[1][0])


def test_leading_steps_on_single_frames_need_not_wait(counting_step):
    steps = [dict(type='ReadMap'), counting_step, dict(type='ReadMap')]
    model = with_encoder(steps)
    frames = model.predict_regions(dict(frames=torch.randn(2, 2, 3, 4, 6)))
    for frame in frames:
        model.start_frame(frame)
    first, count, last = model.postprocess
    assert (len(first.maps), count.calls, last.maps) == (2, [], [])
    model.finish_video(frames)
    assert (len(first.maps), len(count.calls), len(last.maps)) == (2, 1, 2)
    assert torch.equal(first.maps[0], last.maps[0])


@pytest.mark.parametrize(
    'build, message',
    [(Brightness, 'Brightness has no encoder'),
     (with_encoder, 'returns 2 maps, .* in_index=2')],
)
def test_a_map_that_does_not_exist_is_named(build, message, counting_step):
    model = build([dict(type='ReadMap', index=2)])
    with pytest.raises(ValueError, match=message):
        model(dict(frames=torch.randn(1, 2, 3, 4, 6)), mode='predict')


def test_an_unknown_step_is_named():
    with pytest.raises(KeyError, match='NoSuchStep'):
        Brightness([dict(type='NoSuchStep')])
