import math

import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.losses import layer_costs
from mmmotion.registry import MODELS


def clips():
    generator = torch.Generator().manual_seed(0)
    shape = (2, 3, 3, 4, 5)
    logits = 3 * torch.randn(shape, generator=generator)
    targets = torch.rand(shape, generator=generator).gt(0.5).float()
    return logits, targets


def test_costs_are_those_of_every_pair_over_the_clip():
    logits, targets = clips()
    costs = layer_costs(logits, targets)
    for b in range(2):
        for k in range(3):
            for j in range(3):
                expected = F.binary_cross_entropy(
                    logits[b, :, j].sigmoid(), targets[b, :, k]
                )
                torch.testing.assert_close(costs[b, k, j], expected)


def test_certain_errors_cost_a_hundred():
    logits = torch.tensor([200.0, -200.0]).view(1, 1, 1, 1, 2)
    targets = torch.tensor([0.0, 1.0]).view_as(logits)
    assert layer_costs(logits, targets).item() == 100


def test_unknown_costs_are_ten():
    logits, targets = clips()
    logits[0, 1, 2, 0, 0] = torch.nan
    costs = layer_costs(logits, targets)
    assert costs[0, :, 2].tolist() == [10, 10, 10]
    assert costs.isfinite().all()


def test_costs_have_all_their_digits_under_autocast():
    logits, targets = clips()
    with torch.autocast('cpu', torch.bfloat16):
        found = layer_costs(logits, targets)
    torch.testing.assert_close(found, layer_costs(logits, targets))


@pytest.mark.parametrize('weight', [1.0, 0.5])
def test_undecided_masks_cost_the_logarithm_of_two(weight):
    loss = MODELS.build(dict(type='MaskCrossEntropyLoss', loss_weight=weight))
    _, targets = clips()
    found = loss(torch.zeros_like(targets), targets)
    torch.testing.assert_close(
        found.item(), weight * math.log(2), rtol=1e-6, atol=0
    )


def test_gradient_is_the_error_of_the_probability():
    loss = MODELS.build(dict(type='MaskCrossEntropyLoss'))
    logits, targets = clips()
    logits.requires_grad_()
    loss(logits, targets).backward()
    expected = (logits.sigmoid() - targets) / logits.numel()
    torch.testing.assert_close(logits.grad, expected)
