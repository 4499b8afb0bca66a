import pytest
import torch
import torch.nn.functional as F

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


def build(**settings):
    model = MODELS.build({
        'type': 'IMAS',
        'encoder': dict(
            type='ResNetEncoder', depth=18, strides=(1, 2), dilations=(1, 1)
        ),
        'head': dict(
            type='FCNHead',
            in_channels=(64, 128),
            in_index=(0, 1),
            num_convs=1,
            channels=8,
            norm=dict(type='BN'),
        ),
        'motion_model': dict(
            type='ResidualMotion',
            base=dict(
                type='ConstantMotion', weighting='linear', pooling_channels=4
            ),
            head=dict(
                type='PairHead', in_channels=128, num_convs=1, channels=8
            ),
        ),
        'loss_recon': dict(
            type='FlowReconstructionLoss', norm='l1', loss_weight=1.0
        ),
        'num_groups': 4,
        **settings,
    })
    model.init_weights()
    return model


def batch(size=(32, 48)):
    return dict(
        frames=torch.randn(2, 2, 3, *size),
        flows=4 * torch.randn(2, 2, 2, *size),
    )


def test_loss_trains_every_weight_and_reads_no_label():
    model, inputs = build(), batch()
    losses = model(inputs, [MotionDataSample()] * 2, mode='loss')
    assert losses.keys() == {'loss_recon'}
    torch.testing.assert_close(
        model(inputs, mode='loss')['loss_recon'], losses['loss_recon']
    )
    losses['loss_recon'].backward()
    assert all(p.grad is not None for p in model.parameters())


def test_directions_are_added_and_each_has_its_own_masks_and_flow():
    model = build(motion_model=dict(type='ConstantMotion')).eval()
    inputs = batch()
    both = model.loss(inputs, [])['loss_recon']
    one_way = []
    for i in range(2):
        frames = inputs['frames'][:, [i, i]]
        flows = inputs['flows'][:, [i, i]]
        loss = model.loss(dict(frames=frames, flows=flows), [])['loss_recon']
        one_way.append(loss / 2)
    torch.testing.assert_close(both, sum(one_way))


def test_optional_terms_join_the_loss():
    losses = build(
        loss_entropy=dict(type='EntropyLoss', softened=True),
        loss_compact=dict(type='CompactnessLoss'),
    ).loss(batch(), [])
    assert losses.keys() == {'loss_recon', 'loss_entropy', 'loss_compact'}


def test_flow_is_in_pixels_of_the_masks_unless_told_otherwise():
    masks, flows = torch.zeros(1, 4, 8, 12), torch.full((1, 2, 32, 24), 8.0)
    target = build().prepare_flow(flows, masks)
    assert target.shape == (1, 2, 8, 12)
    assert target[:, 0].unique().tolist() == [4.0]
    assert target[:, 1].unique().tolist() == [2.0]
    released = build(rescale_flow=False, max_flow=5.0)
    assert released.prepare_flow(flows, masks).unique().tolist() == [5.0]


def test_segments_one_frame_by_enlarged_masks():
    model, inputs = build().eval(), batch((33, 50))
    logits = model(dict(frames=inputs['frames'][:, :1]))
    torch.testing.assert_close(model(inputs), logits)
    masks = model.head(model.encoder(inputs['frames'][:, 0])).softmax(dim=1)
    torch.testing.assert_close(
        logits.softmax(dim=1), F.interpolate(masks, (33, 50), mode='bilinear')
    )


def test_the_motion_of_a_channel_is_the_flow_inside_it():
    model, inputs = build().eval(), batch()
    inputs['flows'] = torch.tensor(
        [3.0, 4.0]
    ).view(2, 1, 1) * torch.ones(2, 2, 2, 32, 48)
    expected = torch.full((2, 4), 5 / 4)  # masks are a quarter as large
    torch.testing.assert_close(model.channel_motion(inputs), expected)


def test_the_number_of_groups_is_told_once():
    model = build(num_groups=2)
    assert model(batch()).shape[1] == 2
    assert model.motion_model.head.num_groups == 2


def test_bad_input_is_named():
    inputs = batch()
    with pytest.raises(ValueError, match='both_ways=True'):
        build().loss({**inputs, 'flows': inputs['flows'][:, :1]}, [])
    with pytest.raises(ValueError, match='LoadFlows'):
        build().loss(dict(frames=inputs['frames']), [])
    with pytest.raises(ValueError, match='max_flow'):
        build(max_flow=0.0)
