import math

import pytest
import torch

from mmmotion.models.losses import label_cross_entropy
from mmmotion.registry import MODELS


def test_value_by_hand():
    # Probabilities of the annotated classes: 1/2, 3/4.
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]).view(1, 2, 1, 2)
    labels = torch.tensor([[[1, 0]]], dtype=torch.uint8)
    expected = (math.log(2) + math.log(4 / 3)) / 2
    assert label_cross_entropy(logits, labels) == pytest.approx(expected)


def test_pixels_without_a_class_change_nothing():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 21, 4, 6, generator=generator)
    labels = torch.randint(0, 21, (2, 4, 6), generator=generator)
    labels[:, :, 3:] = 255
    half = label_cross_entropy(logits[..., :3], labels[..., :3])
    torch.testing.assert_close(label_cross_entropy(logits, labels), half)
    logits.requires_grad_()
    label_cross_entropy(logits, labels).backward()
    assert (logits.grad[..., :3] != 0).all()
    assert (logits.grad[..., 3:] == 0).all()


def test_a_batch_without_any_class_gives_zero():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = label_cross_entropy(logits, torch.full((1, 2, 2), 255))
    loss.backward()
    assert loss == 0
    assert (logits.grad == 0).all()


def test_built_from_config():
    cfg = dict(type='LabelCrossEntropyLoss', ignore_index=0, loss_weight=3.0)
    logits = torch.zeros(1, 4, 1, 2)
    loss = MODELS.build(cfg)(logits, torch.tensor([[[0, 2]]]))
    assert loss == pytest.approx(3 * math.log(4))
