import pytest
import torch

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


def build(motion=None, **settings):
    model = MODELS.build(
        dict(
            type='AMD',
            encoder=dict(
                type='ResNetEncoder',
                depth=18,
                strides=(1, 2),
                dilations=(1, 2),
            ),
            head=dict(
                type='FCNHead',
                in_channels=128,
                num_groups=4,
                in_index=-1,
                num_convs=1,
                channels=8,
                dilation=2,
                norm=dict(type='BN'),
            ),
            motion_model=dict(
                type='SegmentFlow', input_size=(64, 128), **(motion or {})
            ),
            loss_recon=dict(type='PhotometricLoss'),
            **settings,
        )
    )
    model.init_weights()
    return model


def batch(num_frames=2, size=(45, 83)):
    return dict(frames=torch.randn(2, num_frames, 3, *size))


def test_loss_trains_both_pathways_and_reads_no_label():
    model, inputs = build(), batch()
    losses = model(inputs, [MotionDataSample()] * 2, mode='loss')
    assert losses.keys() == {'loss_recon'}
    torch.testing.assert_close(
        model(inputs, mode='loss')['loss_recon'], losses['loss_recon']
    )
    losses['loss_recon'].backward()
    assert all(
        p.grad is not None and p.grad.abs().sum() > 0
        for p in (model.encoder.conv1.weight, model.head.conv.weight)
    )
    assert all(p.grad is not None for p in model.motion_model.parameters())


def test_loss_is_the_same_for_the_reversed_pair():
    model, inputs = build().eval(), batch()
    reverse = dict(frames=inputs['frames'].flip(1))
    torch.testing.assert_close(
        model.loss(inputs, [])['loss_recon'],
        model.loss(reverse, [])['loss_recon'],
    )


def test_undecided_masks_may_cost():
    losses = build(loss_entropy=dict(type='EntropyLoss')).loss(batch(), [])
    assert losses.keys() == {'loss_recon', 'loss_entropy'}


def test_the_flow_of_single_pixels_may_be_trained_too():
    dense, inputs = dict(type='PhotometricLoss', loss_weight=2.0), batch()
    losses = build(
        dict(with_dense_flow=True), loss_dense=dense
    )(inputs, mode='loss')
    assert losses.keys() == {'loss_recon', 'loss_dense'}
    assert losses['loss_dense'] > losses['loss_recon']
    with pytest.raises(ValueError, match='with_dense_flow=True'):
        build(loss_dense=dense)(inputs, mode='loss')


@pytest.mark.parametrize('size', [(45, 83), (33, 64), (70, 35)])
def test_segments_one_frame_of_any_size(size):
    model, inputs = build().eval(), batch(size=size)
    logits = model(inputs)
    assert logits.shape == (2, 4, *size)
    assert logits.isfinite().all()
    one = dict(frames=inputs['frames'][:, :1])
    torch.testing.assert_close(model(one), logits)
    # The masks are enlarged, corners on corners.
    masks = model.head(model.encoder(one['frames'][:, 0])).softmax(dim=1)
    torch.testing.assert_close(
        logits.softmax(dim=1)[..., 0, -1], masks[..., 0, -1]
    )
    # So are they when the frame was larger on disk.
    sample = MotionDataSample(metainfo=dict(ori_shape=(99, 101)))
    found = model.predict(dict(frames=one['frames'][:1]), [sample])[0]
    torch.testing.assert_close(
        found.pred_masks[:, 0, -1], found.pred_regions[:, 0, -1]
    )
    assert found.aligns_corners
    assert model.loss(inputs, [])['loss_recon'].isfinite()


def test_motion_of_the_channels():
    model, inputs = build().eval(), batch()
    with torch.no_grad():
        scores = model.channel_motion(inputs)
    assert scores.shape == (2, 4)
    reverse = dict(frames=inputs['frames'].flip(1))
    torch.testing.assert_close(model.channel_motion(reverse), scores)
    # All regions with one motion: its length is what each of them scores.
    with torch.no_grad():
        model.motion_model.head[2].weight.zero_()
        model.motion_model.head[2].bias.copy_(torch.tensor([3.0, 4.0]))
    # Five levels, doubled from each to the next, at a quarter of the size.
    expected = 5.0 * (2**5 - 1) * 4
    torch.testing.assert_close(
        model.channel_motion(inputs), torch.full((2, 4), expected)
    )


def test_motion_of_the_channels_against_the_camera():
    model, inputs = build(relative_motion=True).eval(), batch()
    with torch.no_grad():
        model.head.conv.bias[2] = 1e4  # the background, which has all
        assert (model.channel_motion(inputs)[:, 2] < 1e-6).all()
        model.relative_motion = False
        assert (model.channel_motion(inputs)[:, 2] > 1e-3).all()


def test_a_channel_that_is_nowhere_spoils_nothing():
    model, inputs = build().eval(), batch()
    with torch.no_grad():
        model.head.conv.bias[1] = -1e4
        scores = model.channel_motion(inputs)
    assert (scores[:, 1] == 0).all() and scores.isfinite().all()
    loss = model.loss(inputs, [])['loss_recon']
    loss.backward()
    assert loss.isfinite()
    assert all(
        p.grad is None or p.grad.isfinite().all() for p in model.parameters()
    )


@pytest.mark.parametrize('method', ['loss', 'channel_motion'])
def test_a_single_frame_is_no_pair(method):
    model, inputs = build(), batch(num_frames=1)
    arguments = (inputs, []) if method == 'loss' else (inputs, )
    with pytest.raises(ValueError, match=r'two frames.*loads 1.*LoadFrames'):
        getattr(model, method)(*arguments)
