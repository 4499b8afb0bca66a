import pytest
import torch
import torch.nn.functional as F

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

H, W = 32, 48


def build(**kwargs):
    torch.manual_seed(0)
    model = dict(
        type='GWM',
        encoder=dict(type='UNetEncoder', base_channels=4, num_stages=2),
        head=dict(type='FCNHead', in_channels=4, num_groups=3),
        motion_model=dict(type='QuadraticMotion'),
        loss_recon=dict(type='FlowReconstructionLoss'),
    )
    model.update(kwargs)
    return MODELS.build(model)


def batch(num_frames=2, num_flows=1, flow_size=(H, W)):
    generator = torch.Generator().manual_seed(1)

    def rand(*shape):
        return torch.randn(shape, generator=generator)

    return dict(
        frames=rand(num_frames, 1, 3, H, W),
        flows=rand(num_frames, num_flows, 2, *flow_size),
    )


def samples(count, size=(H, W)):
    return [
        MotionDataSample(
            metainfo=dict(video_id='v', frame_id=f'{i:05d}', ori_shape=size)
        ) for i in range(count)
    ]


def test_loss_falls_when_the_masks_follow_the_motion():
    model = build(
        head=dict(type='FCNHead', in_channels=4, num_groups=2),
        motion_model=dict(type='ConstantMotion'),
    )
    inputs = batch(1)
    inputs['flows'] = torch.zeros(1, 1, 2, H, W)
    inputs['flows'][..., 8:24, 10:30] = 3.0
    inputs['frames'][:, :, 0] = inputs['flows'][:, :, 0]
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    history = []
    for _ in range(60):
        loss = model(inputs, samples(1), mode='loss')['loss_recon']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    assert history[-1] < 0.1 * history[0]
    logits = model(inputs, mode='tensor')
    label = logits.argmax(dim=1)[0]
    inside = label[10:22, 12:28].float().mean()
    outside = label[:6].float().mean()
    assert abs(inside - outside) > 0.9


def test_several_flows_per_frame_are_averaged():
    model = build().eval()
    inputs = batch(2, num_flows=2)
    both = model(inputs, samples(2), mode='loss')['loss_recon']
    each = [
        model(
            dict(inputs, flows=inputs['flows'][:, i:i + 1]),
            samples(2),
            mode='loss'
        )['loss_recon'] for i in range(2)
    ]
    torch.testing.assert_close(both, sum(each) / 2)


def test_ground_truth_does_not_enter_the_loss():
    model = build().eval()
    inputs = batch(2)
    labelled = samples(2)
    for sample in labelled:
        sample.gt_masks = torch.ones(1, H, W, dtype=torch.bool)
    losses = [
        model(inputs, given, mode='loss')['loss_recon']
        for given in (labelled, samples(2), None)
    ]
    assert losses[0] == losses[1] == losses[2]


@pytest.mark.parametrize('resize', ['masks', 'logits'])
def test_masks_or_logits_are_brought_to_the_size_of_the_flow(resize):
    model = build(resize=resize).eval()
    for parameter in model.head.parameters():
        parameter.data *= 50
    inputs = batch(1, flow_size=(50, 70))
    maps = model(inputs, mode='tensor')
    if resize == 'masks':
        maps = maps.softmax(dim=1)
    maps = F.interpolate(maps, size=(50, 70), mode='bilinear')
    masks = maps if resize == 'masks' else maps.softmax(dim=1)
    flow = inputs['flows'][:, 0]
    expected = 0.03 * (model.motion_model(masks, flow).flow - flow)**2
    loss = model(inputs, None, mode='loss')['loss_recon']
    torch.testing.assert_close(loss, expected.mean(), rtol=1e-6, atol=0)


def test_prediction_has_the_size_of_the_original_frame():
    results = build().eval()(batch(2), samples(2, (65, 90)), mode='predict')
    for sample in results:
        assert sample.pred_masks.shape == (3, 65, 90)
        assert sample.pred_seg.shape == (65, 90)
        assert sample.pred_seg.dtype == torch.uint8
        assert sample.pred_regions.shape == (3, H, W)
        torch.testing.assert_close(
            sample.pred_masks.sum(dim=0), torch.ones(65, 90)
        )


def test_segments_images_without_flow_and_without_samples():
    inputs = dict(frames=batch(1)['frames'])
    result = build().eval()(inputs, mode='predict')
    assert result[0].pred_seg.shape == (H, W)


@pytest.mark.parametrize(
    'key, mode', [('flows', 'loss'), ('frames', 'predict')]
)
def test_says_what_the_pipeline_has_to_load(key, mode):
    inputs = batch(1)
    inputs.pop(key)
    with pytest.raises(ValueError, match=f'needs {key}.*add Load'):
        build()(inputs, mode=mode)


class Enlarge(torch.nn.Module):
    """A head whose logits have a margin around the frame."""

    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, features):
        margins = (self.margin, ) * 4
        return F.pad(features[0][:, :3], margins, value=9.0)


class Echo(torch.nn.Module):
    """An encoder that returns what it sees."""

    def forward(self, image):
        return (image, )


def echo(margin=1, **settings):
    model = build(**settings)
    model.encoder, model.head = Echo(), Enlarge(margin)
    return model


@pytest.mark.parametrize('size', [(64, 96), (50, 70)])
def test_masks_of_padded_frames_stay_where_they_are(size):
    frames = torch.rand(1, 1, 3, *size)
    logits = echo(size_divisor=32)(dict(frames=frames), mode='tensor')
    torch.testing.assert_close(logits, frames[:, 0])


def test_released_fit_moves_the_masks_of_padded_frames():
    model = echo(size_divisor=32, fit='frame')
    frames = torch.rand(1, 1, 3, 62, 96)
    logits = model(dict(frames=frames), mode='tensor')
    torch.testing.assert_close(logits[:, :, :61], frames[:, 0, :, 1:])
    assert not logits[:, :, 61].any()


def test_released_fit_stretches_the_masks_of_much_padded_frames():
    model = echo(size_divisor=32, fit='frame')
    frames = torch.rand(1, 1, 3, 50, 96)
    logits = model(dict(frames=frames), mode='tensor')
    assert logits.shape[-2:] == (50, 96)
    # The padding, 14 of 66 rows, is seen in 10 of 50.
    assert not logits[:, :, -10:-1, 1:-1].any()
    assert (logits[:, :, :38] > 0).all()


def test_unknown_mode_is_named():
    with pytest.raises(ValueError, match="got 'train'"):
        build()(batch(1), mode='train')


def test_unknown_resize_is_named():
    with pytest.raises(ValueError, match="got 'flow'"):
        build(resize='flow')


@pytest.mark.parametrize(
    'settings, message',
    [(dict(fit='image'), "'padded' or 'frame', got 'image'"),
     (dict(size_divisor=0), 'size_divisor must be at least 1, got 0')],
)
def test_impossible_fit_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)


def test_unknown_argument_is_named():
    with pytest.raises(TypeError, match='motion_modell'):
        build(motion_modell=dict(type='AffineMotion'))
