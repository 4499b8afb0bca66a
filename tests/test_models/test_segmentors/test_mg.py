import pytest
import torch
import torch.nn.functional as F

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

H, W = 16, 24


def build(**settings):
    torch.manual_seed(0)
    model = dict(
        type='MG',
        encoder=dict(type='VGGEncoder', channels=(6, 8)),
        binding=dict(
            type='SlotAttention', in_channels=8, num_slots=2, num_iters=2
        ),
        decoder=dict(type='SlotDecoder', in_channels=8, channels=(6, 6)),
        loss_recon=dict(type='ReconstructionLoss'),
        loss_entropy=dict(type='EntropyLoss'),
        loss_consistency=dict(type='MaskConsistencyLoss'),
    )
    model.update(settings)
    return MODELS.build(model)


def slots_on_frames(**settings):
    """Slots that group an RGB frame, explained by quadratic motion."""
    return build(
        encoder=dict(type='UNetEncoder', base_channels=4, num_stages=2),
        binding=dict(
            type='SlotAttention', in_channels=4, num_slots=3, in_index=0
        ),
        decoder=dict(
            type='SlotDecoder',
            in_channels=4,
            channels=(6, 6),
            out_channels=0,
        ),
        motion_model=dict(type='QuadraticMotion'),
        loss_recon=dict(type='FlowReconstructionLoss'),
        loss_consistency=None,
        source='frames',
        **settings,
    )


def batch(num_samples=2, num_flows=2):
    generator = torch.Generator().manual_seed(1)
    flows = torch.randn(num_samples, num_flows, 2, H, W, generator=generator)
    frames = torch.randn(num_samples, 1, 3, H, W, generator=generator)
    return dict(flows=flows, frames=frames)


def sample(size):
    return MotionDataSample(metainfo=dict(ori_shape=size))


def test_segments_the_first_flow():
    model = build()
    inputs = batch()
    logits = model(inputs)
    assert logits.shape == (2, 2, H, W)
    images = model.flow_encoding(inputs['flows'][:, 0])
    torch.testing.assert_close(logits, model.decode(images).logits)


def test_losses_are_those_of_all_flows():
    model = build()
    inputs = batch()
    losses = model(inputs, [], mode='loss')
    images = model.flow_encoding(inputs['flows'].flatten(0, 1))
    layers = model.decode(images)
    masks = layers.logits.softmax(dim=1)
    blended = sum(masks[:, k, None] * layers.colors[:, k] for k in range(2))
    expected = dict(
        loss_recon=100 * (blended - images).square().mean(),
        loss_entropy=-0.01 * (masks * (masks + 1e-5).log()).sum(1).mean(),
        loss_consistency=model.loss_consistency(masks[::2], masks[1::2]),
    )
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value)


def test_all_pairs_of_flows_are_compared():
    model = build()
    flows = batch(1, 3)['flows']
    loss = model(dict(flows=flows), [], mode='loss')['loss_consistency']
    pairs = [(0, 1), (0, 2), (1, 2)]
    each = [
        model(dict(flows=flows[:, pair]), [], mode='loss')['loss_consistency']
        for pair in map(list, pairs)
    ]
    torch.testing.assert_close(loss, sum(each) / 3)


def test_ground_truth_does_not_enter_the_losses():
    model = build()
    inputs = batch()
    truth = MotionDataSample(gt_masks=torch.ones(1, H, W, dtype=torch.bool))
    with_truth = model(inputs, [truth, truth], mode='loss')
    without = model(inputs, [MotionDataSample()] * 2, mode='loss')
    for name, value in without.items():
        assert torch.equal(value, with_truth[name])


def test_loss_falls_and_every_weight_is_trained():
    model = build()
    inputs = batch()
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    history = []
    for _ in range(20):
        loss = sum(model(inputs, [], mode='loss').values())
        optimizer.zero_grad()
        loss.backward()
        history.append(loss.item())
        optimizer.step()
    assert history[-1] < 0.7 * history[0]
    assert all(p.grad is not None for p in model.parameters())


def test_one_flow_is_enough_without_consistency():
    losses = build(loss_consistency=None)(batch(2, 1), [], mode='loss')
    assert losses.keys() == {'loss_recon', 'loss_entropy'}


def test_average_of_flows_is_the_mean_of_their_masks():
    """Slots that swap between flows are matched first."""
    model = build(average_flows=True)
    flows = batch(1, 3)['flows']
    masks = [
        build()(dict(flows=flows[:, i:i + 1])).softmax(dim=1)
        for i in range(3)
    ]
    original = model.binding.forward

    def swap_second(features):
        slots = original(features)
        return torch.stack([slots[0], slots[1].flip(0), slots[2]])

    model.binding.forward = swap_second
    found = model(dict(flows=flows)).softmax(dim=1)
    torch.testing.assert_close(found, sum(masks) / 3)


def test_average_of_one_flow_is_that_flow():
    inputs = batch(2, 1)
    torch.testing.assert_close(
        build(average_flows=True)(inputs).softmax(1),
        build()(inputs).softmax(1)
    )


def test_masks_have_the_size_of_the_original_frame():
    samples = [sample((33, 50)), sample((33, 50))]
    inputs = batch()
    build(postprocess=[dict(type='BorderShareForeground')]
          )(inputs, samples, mode='predict')
    assert samples[0].pred_masks.shape == (2, 33, 50)
    assert samples[1].pred_seg.shape == (33, 50)


def test_slots_may_group_a_frame_and_explain_its_flow():
    model = slots_on_frames()
    inputs = batch()
    losses = model(inputs, [], mode='loss')
    masks = model(inputs).softmax(dim=1)
    assert masks.shape == (2, 3, H, W)
    each = []
    for i in range(2):
        flow = inputs['flows'][:, i]
        fit = model.motion_model(masks, flow)
        each.append(model.loss_recon(fit, flow, masks))
    torch.testing.assert_close(losses['loss_recon'], sum(each) / 2)
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_masks_are_brought_to_the_size_of_the_flow():
    inputs = batch()
    inputs['frames'] = torch.randn(2, 1, 3, 2 * H, 2 * W)
    model = slots_on_frames()
    loss = model(inputs, [], mode='loss')['loss_recon']
    masks = model(inputs).softmax(dim=1)
    assert masks.shape == (2, 3, 2 * H, 2 * W)
    # Bilinear at half the size: the mean of 2 x 2 pixels.
    masks = F.avg_pool2d(masks, 2).repeat_interleave(2, dim=0)
    flows = inputs['flows'].flatten(0, 1)
    fit = model.motion_model(masks, flows)
    torch.testing.assert_close(loss, model.loss_recon(fit, flows, masks))


def test_motion_model_behind_the_masks_of_flows():
    model = build(
        motion_model=dict(type='QuadraticMotion'),
        loss_recon=dict(type='FlowReconstructionLoss'),
    )
    inputs = batch()
    flow = inputs['flows'].flatten(0, 1)
    masks = model.decode(model.flow_encoding(flow)).logits.softmax(dim=1)
    expected = model.loss_recon(model.motion_model(masks, flow), flow, masks)
    losses = model(inputs, [], mode='loss')
    torch.testing.assert_close(losses['loss_recon'], expected)


@pytest.mark.parametrize('target', ['flows', 'frames'])
def test_a_frame_may_be_reconstructed_as_flow_or_colour(target):
    model = build(source='frames', target=target, loss_consistency=None)
    inputs = batch()
    layers = model.decode(inputs['frames'][:, 0])
    masks = layers.logits.softmax(dim=1)
    blended = (masks[:, :, None] * layers.colors).sum(dim=1)
    if target == 'flows':
        images = model.flow_encoding(inputs['flows'])
        expected = (blended[:, None] - images).square().mean()
    else:
        expected = (blended - inputs['frames'][:, 0]).square().mean()
    loss = model(inputs, [], mode='loss')['loss_recon']
    torch.testing.assert_close(loss, 100 * expected)


def test_raw_flow_has_two_channels():
    model = build(
        flow_encoding=dict(type='FlowColorEncoding', code='raw'),
        encoder=dict(type='VGGEncoder', in_channels=2, channels=(6, 8)),
        decoder=dict(
            type='SlotDecoder',
            in_channels=8,
            channels=(6, 6),
            out_channels=2,
        ),
    )
    inputs = batch()
    loss = model(inputs, [], mode='loss')['loss_recon']
    flows = inputs['flows'].flatten(0, 1)
    layers = model.decode(flows)
    masks = layers.logits.softmax(dim=1)
    blended = (masks[:, :, None] * layers.colors).sum(dim=1)
    torch.testing.assert_close(loss, 100 * (blended - flows).square().mean())


def test_says_how_many_flows_are_missing():
    with pytest.raises(ValueError, match='loads 1 per sample: load two gaps'):
        build()(batch(2, 1), [], mode='loss')


@pytest.mark.parametrize('mode', ['tensor', 'loss'])
def test_says_that_the_pipeline_loads_no_flow(mode):
    inputs = batch()
    del inputs['flows']
    with pytest.raises(ValueError, match=r'MG needs flows.*add LoadFlows'):
        build()(inputs, [], mode=mode)


@pytest.mark.parametrize('name', ['source', 'target'])
def test_unknown_source_is_named(name):
    with pytest.raises(ValueError, match=f"{name} must be .* got 'depth'"):
        build(**{name: 'depth'})


@pytest.mark.parametrize(
    'settings',
    [dict(), dict(loss_consistency=None, average_flows=True)],
)
def test_frames_cannot_be_compared_like_flows(settings):
    with pytest.raises(ValueError, match="with source='frames' there is one"):
        build(source='frames', **settings)


def test_known_masks_are_learned_with_the_first_slot_as_background():
    model = build(
        binding=dict(
            type='SlotAttention', in_channels=8, num_slots=3, num_iters=2
        ),
        decoder=dict(
            type='SlotDecoder',
            in_channels=8,
            channels=(6, 6),
            out_channels=0,
        ),
        loss_recon=None,
        loss_entropy=None,
        loss_consistency=None,
        loss_mask=dict(type='MaskCrossEntropyLoss'),
    )
    assert not model.trains_without_labels
    assert build().trains_without_labels
    objects = torch.zeros(1, H, W, dtype=torch.bool)
    objects[0, 4:12, 6:18] = True
    samples = [MotionDataSample(gt_masks=objects) for _ in range(2)]
    inputs = batch()
    inputs['flows'] += 3 * objects[0]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    values = []
    for _ in range(60):
        losses = model(inputs, samples, mode='loss')
        assert list(losses) == ['loss_mask']
        optimizer.zero_grad()
        losses['loss_mask'].backward()
        optimizer.step()
        values.append(losses['loss_mask'].item())
    assert values[-1] < 0.5 * values[0]
    with torch.no_grad():
        background = model(inputs).argmax(dim=1) == 0
    assert (background == ~objects).float().mean() > 0.8


def test_a_method_needs_an_objective():
    with pytest.raises(ValueError, match='loss_recon or loss_mask'):
        build(loss_recon=None)
