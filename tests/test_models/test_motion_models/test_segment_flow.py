import pytest
import torch

from mmmotion.flow import evaluate_polynomial
from mmmotion.models.motion_models import SegmentFlow
from mmmotion.registry import MODELS

SIZE = (32, 48)


def build(**settings):
    return MODELS.build(
        dict(
            type='SegmentFlow',
            input_size=SIZE,
            pyramid=dict(
                type='FeaturePyramid', channels=(4, 6, 8), num_levels=2
            ),
            **settings,
        )
    )


def pairs(num_regions=3, num_pairs=2):
    images = torch.rand(2 * num_pairs, 3, 21, 37)
    masks = torch.randn(2 * num_pairs, num_regions, 9, 13).softmax(dim=1)
    return images, masks


def fit(model, images, masks):
    return model(masks, features=model.encode(images)[1])


def test_the_regions_motions_are_blended_by_the_masks_of_the_source():
    model, (images, masks) = build(), pairs()
    found = fit(model, images, masks)
    # The finest level has a quarter of the size.
    small = torch.nn.functional.interpolate(
        masks.roll(2, 0), (8, 12), mode='bilinear', align_corners=True
    )
    vectors = found.params[:, :, 0]
    flow = torch.einsum('bkhw,bkc->bchw', small, vectors)
    expected = torch.nn.functional.interpolate(
        flow, SIZE, mode='bilinear', align_corners=True
    )
    torch.testing.assert_close(found.flow, expected)
    assert found.pyramid[0] is found.flow
    assert [tuple(f.shape) for f in found.pyramid] == [(4, 2, 32, 48),
                                                       (4, 2, 16, 24)]
    regions = evaluate_polynomial(found.params, SIZE)
    torch.testing.assert_close(found.region_flows(), regions)


def test_masks_of_the_target_on_request():
    images, masks = pairs()
    source, target = build(), build(mask_source='target')
    target.load_state_dict(source.state_dict())
    swapped = fit(target, images, masks.roll(2, 0))
    torch.testing.assert_close(fit(source, images, masks).flow, swapped.flow)


def test_exchanging_the_frames_exchanges_the_directions():
    model, (images, masks) = build(), pairs()
    found = fit(model, images, masks)
    other = fit(model, images.roll(2, 0), masks.roll(2, 0))
    torch.testing.assert_close(other.flow, found.flow.roll(2, 0))
    torch.testing.assert_close(other.params, found.params.roll(2, 0))


def test_one_region_moves_as_a_whole():
    model, (images, _) = build(), pairs()
    found = fit(model, images, torch.ones(4, 1, 5, 5))
    expected = found.params[:, 0, 0, :, None, None].expand_as(found.flow)
    torch.testing.assert_close(found.flow, expected)


@pytest.mark.parametrize('degree, name', [(1, 'Affine'), (2, 'Quadratic')])
def test_a_polynomial_on_top(degree, name):
    model = build(motion_model=dict(type=f'{name}Motion'))
    images, masks = pairs()
    masks.requires_grad_()
    found = fit(model, images, masks)
    assert found.params.shape == (4, 3, (degree + 1) * (degree + 2) // 2, 2)
    # One region: its polynomial is the flow.
    whole = fit(model, images, torch.ones(4, 1, 5, 5))
    small = evaluate_polynomial(whole.params, (8, 12), torch.float32)
    torch.testing.assert_close(
        whole.flow[..., 0, 0], small[:, 0, :, 0, 0], rtol=1e-4, atol=1e-4
    )
    found.flow.square().sum().backward()
    assert masks.grad.abs().sum() > 0
    assert all(p.grad is not None for p in model.parameters())


def test_dense_flow_changes_nothing_else():
    images, masks = pairs()
    model, plain = build(with_dense_flow=True), build()
    plain.load_state_dict(model.state_dict())
    found, expected = fit(model, images, masks), fit(plain, images, masks)
    torch.testing.assert_close(found.flow, expected.flow)
    assert [f.shape
            for f in found.dense_pyramid] == [f.shape for f in found.pyramid]
    assert expected.dense_pyramid is None


def test_normalised_features_have_no_scale():
    model, (images, masks) = build(normalize_features=True), pairs()
    _, features = model.encode(images)
    expected = [level.params for level in model.iterate(masks, features)]
    # What the decoder reads beside the comparison is made independent.
    for reduce in model.reduce:
        torch.nn.init.zeros_(reduce[0].weight)
    plain = [level.params for level in model.iterate(masks, features)]
    scaled = [3 * level + 2 for level in features]
    found = [level.params for level in model.iterate(masks, scaled)]
    torch.testing.assert_close(found, plain, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(found[-1], expected[-1])
    model.normalize_features = False
    other = [level.params for level in model.iterate(masks, scaled)]
    assert not torch.allclose(other[-1], found[-1], atol=1e-2)


@pytest.mark.parametrize('trained', [False, True])
def test_weights_of_the_other_normalisation_are_refused(tmp_path, trained):
    network = MODELS.build(dict(type='PWCLite', normalize_features=trained))
    path = tmp_path / 'pwclite.pth'
    torch.save(network.state_dict(), path)
    init_cfg = dict(type='Pretrained', checkpoint=str(path))

    same = SegmentFlow(normalize_features=trained, init_cfg=init_cfg)
    same.init_weights()
    torch.testing.assert_close(
        same.reduce.state_dict(), network.reduce.state_dict()
    )
    again = SegmentFlow(normalize_features=trained)
    again.load_state_dict(same.state_dict())

    other = SegmentFlow(normalize_features=not trained, init_cfg=init_cfg)
    message = f'normalize_features={trained}, but.*={not trained}'
    with pytest.raises(ValueError, match=message):
        other.init_weights()
    with pytest.raises(ValueError, match=message):
        other.load_state_dict(same.state_dict())


def test_gradients_reach_masks_and_all_weights():
    model, (images, masks) = build(), pairs()
    masks.requires_grad_()
    fit(model, images, masks).flow.square().sum().backward()
    assert masks.grad.abs().sum() > 0
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(mask_source='both'), "'both'"),
        (
            dict(
                pooling=dict(type='SegmentPooling'),
                motion_model=dict(type='AffineMotion')
            ), 'takes its place'
        ),
        (dict(input_size=(100, 128)), r'multiples of 64, got \(100, 128\)'),
        (dict(input_size=(0, 64)), 'multiples of 64'),
    ],
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        SegmentFlow(**settings)


def test_rejects_what_is_no_pair():
    model, (images, masks) = build(), pairs()
    with pytest.raises(ValueError, match='encode'):
        model(masks)
    with pytest.raises(ValueError, match='4 masks and 2 features'):
        fit(model, images[:2], masks)
    with pytest.raises(ValueError, match='3 masks'):
        fit(model, images[:3], masks[:3])


def test_a_flow_network_can_be_the_beginning(tmp_path):
    network = MODELS.build(dict(type='PWCLite'))
    weights = {f'network.{k}': v for k, v in network.state_dict().items()}
    torch.save(dict(state_dict=weights), tmp_path / 'flow.pth')
    model = SegmentFlow(
        init_cfg=dict(
            type='Pretrained',
            checkpoint=str(tmp_path / 'flow.pth'),
            prefix='network.',
        )
    )
    model.init_weights()
    expected, found = network.state_dict(), model.state_dict()
    common = expected.keys() & found.keys()
    assert all(torch.equal(found[k], expected[k]) for k in common)
    assert {k.split('.')[0] for k in found.keys() - common} == {'head'}
