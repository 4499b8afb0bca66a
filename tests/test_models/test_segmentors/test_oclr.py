import pytest
import torch

from mmmotion.models.layers import compose_layers
from mmmotion.models.segmentors.layer_targets import stack_shapes
from mmmotion.models.segmentors.layered_clip import LayeredClip, join_clips
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

H, W = 16, 24
NORM = dict(type='IN', affine=False)


def build(**settings):
    torch.manual_seed(0)
    widths = (4, 6, 8)
    model = dict(
        type='OCLR',
        encoder=dict(
            type='VGGEncoder',
            in_channels=4,
            channels=widths,
            kernel_size=3,
            norm=NORM,
            bias=False,
            negative_slope=0.01,
        ),
        binding=dict(
            type='LayerQueries',
            in_channels=8,
            num_encoder_layers=1,
            num_decoder_layers=1,
            num_heads=2,
            mlp_channels=8,
            dropout=0.0,
        ),
        decoder=dict(
            type='LayerDecoder', in_channels=widths, num_heads=2, norm=NORM
        ),
        order_head=dict(type='DepthOrderHead', in_channels=8),
        loss_amodal=dict(type='MaskCrossEntropyLoss'),
        loss_boundary=dict(type='MaskBoundaryLoss'),
        loss_order=dict(type='LayerOrderLoss'),
        loss_modal=dict(type='LayerCompositionLoss'),
        clip_length=3,
        clip_overlap=1,
    )
    return MODELS.build(model | settings).eval()


def flows(num_samples=2, num_flows=6):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(num_samples, num_flows, 2, H, W, generator=generator)


def clip_sample(size=(H, W), num_frames=3):
    """A clip with two squares, the first of which is in front."""
    masks = torch.zeros(num_frames, 2, *size, dtype=torch.bool)
    for t in range(num_frames):
        masks[t, 0, 2:9, 2 + t:12 + t] = True
        masks[t, 1, 5:14, 8 - t:18 - t] = True
    return MotionDataSample(
        metainfo=dict(video_id='v'),
        gt_amodal_masks=masks,
        gt_layer_order=torch.tensor([0, 1]),
    )


def frame_samples(count, size=(32, 48)):
    return [
        MotionDataSample(
            metainfo=dict(video_id='v', frame_id=str(i), ori_shape=size)
        ) for i in range(count)
    ]


def test_the_encoder_sees_all_flows_of_a_frame():
    model, inputs = build(), flows()
    maps, tokens = model.bind(inputs)
    images = torch.cat([inputs[:, 2], inputs[:, 3]], dim=1)  # frame 1
    expected = model.encoder(images)[-1]
    torch.testing.assert_close(maps[-1][1::3], expected)
    assert tokens.queries.shape == (2, 3, 3, 8)


def test_segments_the_first_frame_into_background_and_layers():
    model, inputs = build(), flows()
    clip = model.decode(inputs)
    assert clip.logits.shape == (2, 3, 3, H, W)
    shapes = (clip.logits > 0).float()
    visible = compose_layers(shapes, clip.depths.argsort(dim=1))[:, 0]
    regions = model(dict(flows=inputs)).softmax(dim=1)
    torch.testing.assert_close(regions[:, 1:], visible)


def test_losses_are_those_of_matched_layers():
    model, samples = build(), [clip_sample(), clip_sample()]
    losses = model(dict(flows=flows()), samples, mode='loss')
    assert set(losses) == {
        'loss_amodal', 'loss_boundary', 'loss_order', 'loss_modal'
    }
    clip = model.decode(flows())
    found = model.layer_losses(clip, known_shapes())
    torch.testing.assert_close(losses, found)
    swapped = clip._replace(
        logits=clip.logits[:, :, [2, 0, 1]], depths=clip.depths[:, [2, 0, 1]]
    )
    found = model.layer_losses(swapped, known_shapes())
    torch.testing.assert_close(losses, found)


def known_shapes():
    """What the samples say, from back to front."""
    shapes = torch.zeros(2, 3, 3, H, W)
    shapes[:, :, :2] = clip_sample().gt_amodal_masks[:, [1, 0]].float()
    return shapes


def test_perfect_layers_cost_next_to_nothing():
    model = build()
    shapes = known_shapes()
    clip = model.decode(flows())
    clip = clip._replace(
        logits=100 * (2 * shapes - 1),
        depths=torch.tensor([[40.0, 20.0, 0.0]] * 2),
    )
    for value in model.layer_losses(clip, shapes).values():
        assert value < 1e-4
    turned = clip._replace(depths=-clip.depths)
    losses = model.layer_losses(turned, shapes)
    assert losses['loss_order'] > 0.1 and losses['loss_modal'] > 0.01


def test_modal_targets_are_the_visible_parts():
    model = build(targets='modal')
    shapes = known_shapes()
    shapes[:, :, 0] -= shapes[:, :, 0] * shapes[:, :, 1]
    clip = model.decode(flows())
    clip = clip._replace(logits=100 * (2 * shapes - 1))
    losses = model.layer_losses(clip, known_shapes())
    assert losses['loss_amodal'] < 1e-5
    assert build().layer_losses(clip, known_shapes())['loss_amodal'] > 1


def test_masks_of_another_size_are_resized_for_the_loss():
    model = build()
    large = known_shapes().repeat_interleave(2, -1).repeat_interleave(2, -2)
    clip = model.decode(flows())
    torch.testing.assert_close(
        model.layer_losses(clip, large),
        model.layer_losses(clip, known_shapes()),
    )


def test_every_weight_learns():
    model = build().train()
    losses = model(dict(flows=flows()), [clip_sample()] * 2, mode='loss')
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def test_optional_losses_can_be_left_out():
    model = build(loss_boundary=None, loss_order=None, loss_modal=None)
    losses = model(dict(flows=flows()), [clip_sample()] * 2, mode='loss')
    assert set(losses) == {'loss_amodal'}


@pytest.mark.parametrize('targets', ['amodal', 'modal'])
def test_queries_may_be_taught_directly(targets):
    model = build(loss_coarse=dict(type='CoarseLayerLoss'), targets=targets)
    samples = [clip_sample((2 * H, 2 * W))] * 2
    losses = model(dict(flows=flows()), samples, mode='loss')
    shapes = samples[0].gt_amodal_masks[None, :, [1, 0], ::2, ::2].float()
    masks = torch.cat([shapes, 0 * shapes[:, :, :1]], dim=2)
    if targets == 'modal':
        masks[:, :, 0] -= masks[:, :, 0] * masks[:, :, 1]
    _, tokens = model.bind(flows())
    masks = masks.repeat(2, 1, 1, 1, 1)
    expected = model.loss_coarse(*tokens, masks)
    torch.testing.assert_close(losses['loss_coarse'], expected)


@pytest.mark.parametrize('turn', [[0, 1, 2], [2, 0, 1]])
def test_what_a_query_is_taught_its_layer_has_to_show(turn):
    model = build(loss_coarse=dict(type='CoarseLayerLoss'))
    samples = [clip_sample()] * 2
    shapes = stack_shapes(samples, 3, 3)
    order = torch.tensor([turn, turn])
    model.loss_coarse.match = lambda *_: order
    losses = model(dict(flows=flows()), samples, mode='loss')
    expected = model.layer_losses(model.decode(flows()), shapes, order)
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value)


def test_labels_are_needed():
    model = build()
    assert not model.trains_without_labels
    with pytest.raises(ValueError, match='gt_amodal_masks'):
        model(dict(flows=flows()), frame_samples(2), mode='loss')


@pytest.mark.parametrize('num_frames', [2, 3, 7])
def test_a_video_is_segmented_in_clips(num_frames):
    model = build()
    inputs = flows(num_frames, 2)
    frames = model.predict_regions(
        dict(flows=inputs), frame_samples(num_frames)
    )
    for frame in frames:
        model.start_frame(frame)
    model.finish_video(frames)
    video = model.segment_video(inputs)
    for t, frame in enumerate(frames):
        model.finish_frame(frame)
        sample = frame.data_sample
        assert torch.equal(sample.pred_regions[1:], video.visible[t])
        assert torch.equal(sample.pred_layer_order, video.order[t])
        assert sample.pred_masks.shape == (4, 32, 48)
        assert sample.pred_amodal_masks.shape == (3, 32, 48)
        assert sample.pred_seg.shape == (32, 48)
        torch.testing.assert_close(
            sample.pred_masks.sum(dim=0), torch.ones(32, 48)
        )


def test_clips_overlap_as_the_settings_say():
    model, inputs = build(), flows(5, 2)
    frames = [[0, 1, 2], [2, 3, 4]]
    clips = [model.decode(inputs[i].flatten(0, 1)[None]) for i in frames]
    expected = join_clips(clips, frames)
    found = model.segment_video(inputs)
    torch.testing.assert_close(found.shapes, expected.shapes)
    assert torch.equal(found.visible, expected.visible)


@pytest.mark.parametrize('composition', ['hard', 'soft'])
def test_what_layers_claim_together_is_foreground_if_they_compose_softly(
    composition, monkeypatch
):
    model = build(composition=composition)
    claims = torch.tensor([0.4, 0.3, 0.0]).logit(1e-6)
    clip = LayeredClip(
        claims[None, None, :, None, None].expand(1, 3, 3, H, W),
        torch.tensor([[0.0, -1.0, 1.0]]),  # the second is nearest
    )
    monkeypatch.setattr(model, 'decode', lambda flows: clip)
    samples = model(dict(flows=flows(3, 2)), frame_samples(3), mode='predict')
    alone = model.segment(dict(flows=flows(1, 6))).softmax(dim=1)
    # Layers are sorted by what is sure of them, which is nothing.
    parts = [1.0, 0.0, 0.0, 0.0]
    if composition == 'soft':
        parts = [0.42, 0.28, 0.3, 0.0]
    expected = torch.tensor(parts)[:, None, None]
    for sample in samples:
        torch.testing.assert_close(
            sample.pred_masks, expected.expand(4, 32, 48), atol=1e-5, rtol=0
        )
        assert (1 - sample.pred_masks[0]
                > 0.5).all() == (composition == 'soft')
    torch.testing.assert_close(
        alone[0], expected.expand(4, H, W), atol=1e-5, rtol=0
    )


def test_a_single_frame_is_a_video():
    model = build(
        postprocess=[dict(type='ForegroundObjects', keep='largest')],
    )
    inputs = dict(flows=flows(2, 2))
    first, _ = model(inputs, frame_samples(2), mode='predict')
    assert first.pred_masks.shape == (2, 32, 48)
    alone, = model(
        dict(flows=inputs['flows'][:1]), frame_samples(1), mode='predict'
    )
    torch.testing.assert_close(first.pred_masks, alone.pred_masks)


@pytest.mark.parametrize(
    'settings, message', [
        (dict(num_gaps=0), 'num_gaps must be at least 1'),
        (dict(targets='visible'), "'amodal' or 'modal', got 'visible'"),
        (dict(clip_overlap=3), 'overlap < length'),
        (dict(composition='mixed'), "'hard' or 'soft', got 'mixed'"),
    ]
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)


def test_flows_have_to_be_those_of_frames():
    model = build()
    with pytest.raises(ValueError, match=r'2 flows for each frame.* got 5'):
        model(dict(flows=flows(1, 5)))
    with pytest.raises(ValueError, match=r'2 flows of one frame.* got 4'):
        model.predict_regions(dict(flows=flows(1, 4)), frame_samples(1))
    with pytest.raises(ValueError, match='needs flows'):
        model.predict_regions(dict(), frame_samples(1))


def test_features_of_its_encoder_are_refused():
    model = build(
        postprocess=[dict(type='SpectralMerge', features='segmentor')]
    )
    with pytest.raises(ValueError, match='sees flow'):
        model.predict_regions(dict(flows=flows(1, 2)), frame_samples(1))


def test_trains_in_mixed_precision():
    model = build().train()
    with torch.autocast('cpu', torch.bfloat16):
        losses = model(dict(flows=flows()), [clip_sample()] * 2, mode='loss')
    expected = build().train()(
        dict(flows=flows()), [clip_sample()] * 2, mode='loss'
    )
    for key, value in losses.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, expected[key], rtol=0.2, atol=0.02)
    sum(losses.values()).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
