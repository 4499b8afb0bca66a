import pytest
import torch

from mmmotion.registry import MODELS


def build(base='ConstantMotion', **settings):
    return MODELS.build(
        dict(
            type='ResidualMotion',
            base=dict(type=base, weighting='linear'),
            head=dict(
                type='PairHead', in_channels=4, num_groups=3, num_convs=0
            ),
            **settings,
        )
    )


def scene():
    torch.manual_seed(1)
    masks = torch.randn(2, 3, 6, 8).softmax(dim=1)
    return masks, 3 * torch.randn(2, 2, 6, 8), [torch.randn(2, 4, 3, 4)]


def head_says(motion, value):
    """Let the head say one value for x and its negative for y."""
    with torch.no_grad():
        conv = motion.head.head.conv
        conv.weight.zero_()
        conv.bias.view(2, 2, 3)[:, 0] = value
        conv.bias.view(2, 2, 3)[:, 1] = -value


@pytest.mark.parametrize(
    'base', ['ConstantMotion', 'AffineMotion', 'QuadraticMotion']
)
def test_a_silent_head_leaves_any_base_as_it_is(base):
    for mode in ('add', 'scale'):
        motion = build(base, mode=mode)
        head_says(motion, 0)
        masks, flow, features = scene()
        fit = motion(masks, flow, features)
        plain = motion.base(masks, flow)
        torch.testing.assert_close(fit.flow, plain.flow)
        torch.testing.assert_close(fit.region_flows(), plain.region_flows())


@pytest.mark.parametrize(
    'settings, added',
    [
        (dict(bound=2.0, softness=4.0), 2 * torch.tanh(torch.tensor(1.25))),
        (dict(bound=None), torch.tensor(5.0)),
    ],
)
def test_what_is_added_is_bounded(settings, added):
    motion = build(**settings)
    head_says(motion, 5.0)
    masks, flow, features = scene()
    fit = motion(masks, flow, features)
    residual = fit.flow - motion.base(masks, flow).flow
    torch.testing.assert_close(
        residual[:, 0], added.expand(2, 6, 8), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(residual[:, 1], -residual[:, 0])


def test_scaling_multiplies_every_component():
    motion = build(mode='scale', softness=2.0)
    head_says(motion, 2.0)
    masks, flow, features = scene()
    fit, plain = motion(masks, flow, features), motion.base(masks, flow)
    factor = 1 + torch.tanh(torch.tensor(1.0))
    torch.testing.assert_close(fit.flow[:, 0], factor * plain.flow[:, 0])
    torch.testing.assert_close(fit.flow[:, 1], (2 - factor) * plain.flow[:, 1])


def test_pixels_of_a_region_may_differ_and_are_blended():
    motion, (masks, flow, features) = build(), scene()
    fit = motion(masks, flow, features)
    regions = fit.region_flows()
    assert regions.shape == (2, 3, 2, 6, 8)
    assert (regions.std(dim=(-2, -1)) > 0).all()
    torch.testing.assert_close((regions * masks[:, :, None]).sum(1), fit.flow)


def test_gradients_reach_masks_and_head():
    motion, (masks, flow, features) = build(), scene()
    masks.requires_grad_()
    motion(masks, flow, features).flow.square().sum().backward()
    assert masks.grad.abs().sum() > 0
    assert motion.head.head.conv.weight.grad.abs().sum() > 0


def test_bad_input_is_named():
    motion, (masks, flow, features) = build(), scene()
    with pytest.raises(ValueError, match='pass features'):
        motion(masks, flow)
    with pytest.raises(ValueError, match='1 masks and 2 features'):
        motion(masks[:1], flow[:1], features)
    with pytest.raises(ValueError, match='has 3 groups, the masks have 2'):
        motion(masks[:, :2], flow, features)


def test_a_model_that_finds_the_flow_itself_is_refused():
    head = dict(type='PairHead', in_channels=4, num_groups=3, num_convs=0)
    with pytest.raises(ValueError, match='got SegmentFlow, which finds its'):
        MODELS.build(
            dict(
                type='ResidualMotion',
                base=dict(type='SegmentFlow'),
                head=head,
            )
        )


@pytest.mark.parametrize(
    'settings',
    [dict(mode='mul'), dict(bound=0),
     dict(softness=-1)]
)
def test_rejects_values_out_of_range(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        build(**settings)
