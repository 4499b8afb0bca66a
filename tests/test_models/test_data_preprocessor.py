import pytest
import torch

from mmmotion.models import MotionDataPreprocessor
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


def samples(*names):
    return [
        MotionDataSample(metainfo=dict(video_id='cat', frame_id=name))
        for name in names
    ]


def test_frames_are_normalised_and_flow_is_left_alone():
    processor = MotionDataPreprocessor(mean=(10, 20, 30), std=(2, 4, 5))
    frame = torch.tensor([12.0, 28.0, 20.0]).view(1, 3, 1, 1)
    flow = torch.tensor([3.0, -4.0]).view(1, 2, 1, 1)
    data = dict(
        inputs=dict(frames=[frame, frame], flows=[flow, flow]),
        data_samples=samples('0', '1'),
    )
    inputs = processor(data)['inputs']
    assert inputs['frames'].shape == (2, 1, 3, 1, 1)
    torch.testing.assert_close(
        inputs['frames'][0].flatten(), torch.tensor([1.0, 2.0, -2.0])
    )
    torch.testing.assert_close(inputs['flows'], torch.stack([flow, flow]))


def test_bytes_and_floats_give_the_same_batch():
    processor = MotionDataPreprocessor()
    frame = torch.arange(24).view(1, 3, 2, 4)
    results = [
        processor(dict(inputs=dict(frames=[frame.to(dtype)])))['inputs']
        for dtype in (torch.uint8, torch.float32)
    ]
    assert torch.equal(results[0]['frames'], results[1]['frames'])


def test_denormalize_inverts_the_normalisation():
    processor = MotionDataPreprocessor()
    frames = torch.rand(2, 1, 3, 4, 5) * 255
    inputs = processor(dict(inputs=dict(frames=list(frames))))['inputs']
    torch.testing.assert_close(processor.denormalize(inputs['frames']), frames)


def test_names_the_frames_whose_sizes_differ():
    data = dict(
        inputs=dict(frames=[torch.zeros(1, 3, 4, 5),
                            torch.zeros(1, 3, 4, 6)]),
        data_samples=samples('00007', '00008'),
    )
    with pytest.raises(ValueError, match=r'cat/00007 .*4, 6.* cat/00008'):
        MotionDataPreprocessor()(data)


@pytest.mark.parametrize(
    'cfg', [dict(mean=(0, 0)),
            dict(std=(1, 1, 0)),
            dict(std=(1, 1, 1, 1))]
)
def test_rejects_an_impossible_normalisation(cfg):
    with pytest.raises(ValueError, match='three means'):
        MODELS.build(dict(type='MotionDataPreprocessor', **cfg))


def scaled(scale, training=True, **inputs):
    processor = MotionDataPreprocessor()
    processor.train_scale = scale
    inputs = {key: [value] for key, value in inputs.items()}
    return processor(dict(inputs=inputs), training)['inputs']


def test_scaled_flow_is_in_pixels_of_its_own_size():
    flow = torch.tensor([6.0, -3.0])[:, None, None].expand(1, 2, 12, 18)
    flows = scaled(2 / 3, flows=flow)['flows']
    assert flows.shape == (1, 1, 2, 8, 12)
    torch.testing.assert_close(flows[0, 0, 0], torch.full((8, 12), 4.0))
    torch.testing.assert_close(flows[0, 0, 1], torch.full((8, 12), -2.0))


def test_pseudo_masks_keep_their_values_and_are_scaled_with_the_frames():
    mask = torch.zeros(2, 1, 12, 18)
    mask[0, :, :, :9] = 1
    full = scaled(1.0, pseudo_masks=mask)['pseudo_masks']
    assert torch.equal(full, mask[None])
    masks = scaled(2 / 3, pseudo_masks=mask)['pseudo_masks']
    assert masks.shape == (1, 2, 1, 8, 12)
    assert (masks[0, 0, :, :, :5] == 1).all() and not masks[0, 1].any()


def test_scaled_frames_are_averages():
    stripes = torch.tensor([0.0, 255.0]).repeat(8).expand(1, 3, 16, 16)
    frames = scaled(0.5, frames=stripes)['frames']
    grey = MotionDataPreprocessor().denormalize(frames)[..., 2:-2]
    torch.testing.assert_close(grey, torch.full_like(grey, 127.5))


def test_test_batches_keep_their_size():
    frames = scaled(0.5, False, frames=torch.zeros(1, 3, 16, 16))['frames']
    assert frames.shape[-2:] == (16, 16)
