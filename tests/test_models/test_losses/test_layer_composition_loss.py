import math

import torch

from mmmotion.registry import MODELS


def test_value_is_the_cross_entropy_of_the_visible_parts():
    loss = MODELS.build(dict(type='LayerCompositionLoss'))
    logits = torch.full((1, 1, 2, 1, 1), 100.0)  # both are there
    depths = torch.zeros(1, 2)  # either may be in front
    targets = torch.tensor([1.0, 0.0]).view_as(logits)
    expected = 0.1 * math.log(2)
    torch.testing.assert_close(
        loss(logits, depths, targets), torch.tensor(expected)
    )


def test_the_visible_layer_is_pulled_to_the_front():
    loss = MODELS.build(dict(type='LayerCompositionLoss', loss_weight=1.0))
    logits = torch.full((1, 1, 2, 1, 1), 4.0, requires_grad=True)
    depths = torch.zeros(1, 2, requires_grad=True)
    targets = torch.tensor([1.0, 0.0]).view(1, 1, 2, 1, 1)
    loss(logits, depths, targets).backward()
    assert depths.grad[0, 0] > 0 > depths.grad[0, 1]
    assert logits.grad.flatten()[1] > 0


def test_runs_under_autocast():
    loss = MODELS.build(dict(type='LayerCompositionLoss'))
    logits, depths = torch.randn(1, 2, 3, 4, 4), torch.randn(1, 3)
    targets = torch.zeros_like(logits)
    with torch.autocast('cpu', torch.bfloat16):
        found = loss(logits, depths, targets)
    torch.testing.assert_close(found, loss(logits, depths, targets))
