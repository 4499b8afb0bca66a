import pytest
import torch

from mmmotion.models.motion_models import (
    AffineMotion,
    ConstantMotion,
    QuadraticMotion,
    polynomial_motion,
)
from mmmotion.registry import MODELS

ALL = [(ConstantMotion, 1), (AffineMotion, 3), (QuadraticMotion, 6)]


def fields(dtype=torch.float64, h=6, w=7):
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, h, w, generator=generator, dtype=dtype)
    flow = torch.randn(2, 2, h, w, generator=generator, dtype=dtype)
    return logits, flow


def test_constant_motion_of_one_region_is_the_mean_flow():
    _, flow = fields()
    fit = ConstantMotion()(torch.ones(2, 1, 6, 7), flow)
    mean = flow.mean(dim=(-2, -1), keepdim=True).expand_as(flow)
    torch.testing.assert_close(fit.flow, mean)


@pytest.mark.parametrize(
    'weighting, expected', [('square', 1.2), ('linear', 4 / 3)]
)
def test_weighting_of_soft_pixels(weighting, expected):
    masks = torch.tensor([[[[1.0, 0.5]]]])
    flow = torch.tensor([[[[1.0, 2.0]], [[2.0, 1.0]]]])
    params = ConstantMotion(weighting)(masks, flow).params
    torch.testing.assert_close(
        params[0, 0, 0],
        torch.tensor([expected, 3 - expected]).double()
    )


@pytest.mark.parametrize('motion_model, count', ALL)
def test_parameters_and_region_flows_make_the_blend(motion_model, count):
    logits, flow = fields()
    masks = logits.softmax(dim=1)
    fit = motion_model()(masks, flow)
    assert fit.params.shape == (2, 3, count, 2)
    blend = (masks[:, :, None] * fit.region_flows()).sum(dim=1)
    torch.testing.assert_close(fit.flow, blend)


def test_hard_masks_explain_piecewise_affine_flow():
    masks = torch.zeros(1, 2, 6, 7)
    masks[:, 0, :, :3] = 1
    masks[:, 1, :, 3:] = 1
    ramp = torch.arange(7.0).expand(6, 7)
    flow = torch.stack([ramp, -2 * ramp])[None] * masks[:, :1]
    flow = flow + 4 * masks[:, 1:]
    fit = AffineMotion()(masks, flow)
    torch.testing.assert_close(fit.flow, flow, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('motion_model, count', ALL)
@pytest.mark.parametrize('weighting', ['square', 'linear'])
def test_gradient_reaches_masks_and_flow(motion_model, count, weighting):
    logits, flow = fields(h=4, w=5)
    model = motion_model(weighting)
    torch.autograd.gradcheck(
        lambda a, f: model(a.softmax(dim=1), f).flow,
        (logits.requires_grad_(), flow.requires_grad_()),
    )


def test_low_precision_masks_are_fitted_in_float32():
    logits, flow = fields(torch.float32)
    masks = logits.softmax(dim=1).bfloat16()
    fit = QuadraticMotion()(masks, flow)
    assert fit.flow.dtype == torch.float32
    expected = QuadraticMotion()(masks.float(), flow)
    torch.testing.assert_close(fit.flow, expected.flow)


def test_empty_region_contributes_nothing():
    logits, flow = fields(torch.float32)
    logits[:, 2] = -1e4
    logits.requires_grad_()
    fit = QuadraticMotion()(logits.softmax(dim=1), flow)
    grad, = torch.autograd.grad(fit.flow.square().mean(), logits)
    assert fit.flow.isfinite().all()
    assert grad.isfinite().all()
    others = QuadraticMotion()(logits[:, :2].softmax(dim=1), flow)
    torch.testing.assert_close(fit.flow, others.flow)


@pytest.mark.parametrize('motion_model, count', ALL)
def test_built_from_config(motion_model, count):
    config = dict(type=motion_model.__name__, weighting='linear', ridge=0.1)
    model = MODELS.build(config)
    assert isinstance(model, motion_model)
    assert repr(model) == (
        f"{motion_model.__name__}(weighting='linear', ridge=0.1)"
    )


def test_rejects_missing_flow():
    with pytest.raises(ValueError, match='QuadraticMotion is fitted to'):
        QuadraticMotion()(torch.ones(1, 2, 4, 4))


def test_rejects_flow_of_another_size():
    with pytest.raises(ValueError, match='weights must be'):
        AffineMotion()(torch.ones(1, 2, 4, 4), torch.zeros(1, 2, 8, 8))


def test_rejects_masks_without_batch_axis():
    with pytest.raises(ValueError, match='masks must be'):
        polynomial_motion(torch.ones(2, 4, 4), torch.zeros(1, 2, 4, 4), 1)


@pytest.mark.parametrize(
    'settings',
    [dict(weighting='cubic'), dict(ridge=-1.0)]
)
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        ConstantMotion(**settings)
