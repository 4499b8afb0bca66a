import pytest
import torch

from mmmotion.models.losses import (
    FlowReconstructionLoss,
    reconstruction_energy,
)
from mmmotion.models.motion_models import (
    ConstantMotion,
    MotionFit,
    QuadraticMotion,
)
from mmmotion.registry import MODELS


def two_pixels():
    """One soft region over flows 1 and 3; its linear mean is 2."""
    flow = torch.tensor([[[[1.0, 3.0]], [[0.0, 0.0]]]])
    masks = torch.full((1, 2, 1, 2), 0.5)
    return flow, masks


@pytest.mark.parametrize('norm, expected', [('l2', 0.5), ('l1', 0.5)])
@pytest.mark.parametrize('energy', ['reconstruction', 'expected'])
def test_value_by_hand(norm, expected, energy):
    flow, masks = two_pixels()
    fit = ConstantMotion('linear')(masks, flow)
    loss = FlowReconstructionLoss(energy, norm, loss_weight=1.0)
    torch.testing.assert_close(loss(fit, flow, masks), torch.tensor(expected))


def test_energies_agree_on_hard_masks():
    flow = torch.randn(2, 2, 9, 8)
    index = torch.randint(0, 3, (2, 1, 9, 8))
    masks = torch.zeros(2, 3, 9, 8).scatter_(1, index, 1.0)
    fit = QuadraticMotion()(masks, flow)
    torch.testing.assert_close(
        FlowReconstructionLoss('expected')(fit, flow, masks),
        FlowReconstructionLoss('reconstruction')(fit, flow, masks),
    )


def test_expected_energy_is_not_below_the_reconstruction():
    flow, masks = torch.randn(2, 2, 9, 8), torch.randn(2, 3, 9, 8).softmax(1)
    fit = QuadraticMotion()(masks, flow)
    expected = FlowReconstructionLoss('expected')(fit, flow, masks)
    assert expected > FlowReconstructionLoss()(fit, flow, masks)


def test_gradient_of_the_expected_energy_needs_no_solve():
    flow = torch.randn(2, 2, 9, 8, dtype=torch.float64)
    masks = torch.rand(2, 3, 9, 8, dtype=torch.float64).requires_grad_()
    fit = QuadraticMotion('linear')(masks, flow)
    loss = FlowReconstructionLoss('expected', loss_weight=1.0)
    grad, = torch.autograd.grad(loss(fit, flow, masks), masks)
    errors = (fit.region_flows() - flow[:, None]).square().sum(dim=2)
    torch.testing.assert_close(grad, errors.detach() / flow.numel())


@pytest.mark.parametrize('energy', ['reconstruction', 'expected'])
@pytest.mark.parametrize('norm', ['l1', 'l2'])
def test_gradient(energy, norm):
    flow = torch.randn(1, 2, 4, 5, dtype=torch.float64)
    logits = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    motion, loss = QuadraticMotion(), FlowReconstructionLoss(energy, norm)

    def objective(values):
        masks = values.softmax(dim=1)
        return loss(motion(masks, flow), flow, masks)

    torch.autograd.gradcheck(objective, logits)


def test_built_from_config_with_the_released_weight():
    loss = MODELS.build(dict(type='FlowReconstructionLoss'))
    flow, masks = two_pixels()
    fit = ConstantMotion()(masks, flow)
    torch.testing.assert_close(
        loss(fit, flow, masks), torch.tensor(0.03 * 0.5)
    )


@pytest.mark.parametrize('settings', [dict(energy='total'), dict(norm='l3')])
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        FlowReconstructionLoss(**settings)


def test_rejects_a_fit_of_another_size():
    flow, masks = two_pixels()
    fit = MotionFit(flow=torch.zeros(1, 2, 2, 2))
    with pytest.raises(ValueError, match='the fitted flow is'):
        FlowReconstructionLoss()(fit, flow, masks)


def test_expected_energy_needs_region_flows():
    flow, masks = two_pixels()
    with pytest.raises(ValueError, match='region_flows'):
        FlowReconstructionLoss('expected')(MotionFit(flow), flow, masks)


def test_the_robust_norm_hardly_counts_what_is_far_off():
    error = torch.tensor([0.0, 0.99, 99.99])
    expected = torch.tensor([0.01**0.4, 1.0, 100**0.4])
    for value, wanted in zip(error, expected):
        fitted = torch.full((1, 2, 3, 3), -value.item())
        energy = reconstruction_energy(
            fitted, torch.zeros_like(fitted), 'robust'
        )
        torch.testing.assert_close(energy, wanted)
