import pytest
import torch

from mmmotion.models.losses import ReconstructionLoss
from mmmotion.registry import MODELS

IMAGE = torch.zeros(1, 3, 1, 2)
RECONSTRUCTION = torch.tensor([[[[1.0, 0.0]], [[2.0, 0.0]], [[0.0, 1.0]]]])


@pytest.mark.parametrize(
    'reduction, expected', [('mean', 1.0), ('pixel', 3.0)]
)
def test_value_by_hand(reduction, expected):
    loss = ReconstructionLoss(reduction, loss_weight=1.0)
    torch.testing.assert_close(
        loss(RECONSTRUCTION, IMAGE), torch.tensor(expected)
    )


def test_gradient_pulls_towards_the_image():
    reconstruction = RECONSTRUCTION.clone().requires_grad_()
    ReconstructionLoss()(reconstruction, IMAGE).backward()
    torch.testing.assert_close(
        reconstruction.grad, 100 * 2 * RECONSTRUCTION / 6
    )


def test_built_from_config():
    loss = MODELS.build(dict(type='ReconstructionLoss', loss_weight=2.0))
    torch.testing.assert_close(loss(RECONSTRUCTION, IMAGE), torch.tensor(2.0))


def test_images_of_another_shape_are_named():
    with pytest.raises(ValueError, match=r'\(1, 2, 1, 2\), the image'):
        ReconstructionLoss()(RECONSTRUCTION[:, :2], IMAGE)


def test_unknown_reduction_is_named():
    with pytest.raises(ValueError, match="got 'sum'"):
        ReconstructionLoss('sum')
