import pytest
import torch

from mmmotion.models.losses import L1Loss
from mmmotion.registry import MODELS


def test_hidden_pixels_do_not_count():
    image = torch.rand(2, 3, 4, 6)
    other = image + 0.25
    other[..., 3:] = 9.0
    visible = torch.ones(2, 1, 4, 6)
    visible[..., 3:] = 0
    loss = L1Loss()(image, other, visible)
    torch.testing.assert_close(loss, torch.tensor(0.25))


def test_everything_is_visible_by_default():
    image, other = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    other[..., 0, 0] = 0
    loss = MODELS.build(dict(type='L1Loss', loss_weight=2.0))
    torch.testing.assert_close(loss(image, other), torch.tensor(1.5))


def test_nothing_visible_is_no_error():
    image = torch.rand(1, 3, 4, 4)
    other = torch.rand(1, 3, 4, 4, requires_grad=True)
    loss = L1Loss()(image, other, torch.zeros(1, 1, 4, 4))
    loss.backward()
    assert loss == 0
    assert (other.grad == 0).all()


def test_shapes_have_to_agree():
    image = torch.zeros(1, 3, 4, 4)
    with pytest.raises(ValueError, match='must have one shape'):
        L1Loss()(image, image[..., :2])
    with pytest.raises(ValueError, match=r'expected visible of .*\(4, 4\)'):
        L1Loss()(image, image, torch.ones(4, 4))
