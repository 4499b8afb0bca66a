import pytest
import torch

from mmmotion.models.losses import AppearanceLoss, asymmetric_error
from mmmotion.registry import MODELS

MASK = torch.tensor([[[0.25, 0.75], [0.5, 1.0]]])
LABEL = torch.tensor([[[1.0, 0.0], [0.5, 1.0]]])


def test_missing_mass_counts_twice():
    # 2 * 0.75^2 where it is missing, 0.75^2 where it is too much.
    expected = torch.tensor([[[1.125, 0.5625], [0.0, 0.0]]])
    torch.testing.assert_close(asymmetric_error(MASK, LABEL), expected)
    loss = AppearanceLoss(loss_weight=10.0)(MASK, LABEL)
    torch.testing.assert_close(loss, torch.tensor(10 * 1.6875 / 4))


def test_equal_weights_give_the_mean_squared_error():
    loss = AppearanceLoss(missing_weight=1.0)(MASK, LABEL)
    expected = torch.nn.functional.mse_loss(MASK, LABEL)
    torch.testing.assert_close(loss, expected)


def test_the_threshold_hardens_labels_after_they_were_resized():
    label = torch.zeros(1, 4, 4)
    label[:, :2, :1] = 1.0  # half of the first cell
    masks = torch.zeros(1, 2, 2)
    soft = AppearanceLoss()(masks, label)
    torch.testing.assert_close(soft, torch.tensor(2 * 0.25 / 4))
    hard = AppearanceLoss(threshold=0.35)(masks, label)
    torch.testing.assert_close(hard, torch.tensor(2 / 4))
    assert AppearanceLoss(threshold=0.5)(masks, label) == 0


def test_gradient_is_that_of_the_side_of_the_error():
    masks = MASK.clone().requires_grad_()
    AppearanceLoss()(masks, LABEL).backward()
    expected = torch.tensor([[[-0.75, 0.375], [0.0, 0.0]]])
    torch.testing.assert_close(masks.grad, expected)


def test_built_from_config():
    loss = MODELS.build(dict(type='AppearanceLoss', excess_weight=0.0))
    torch.testing.assert_close(loss(MASK, LABEL), torch.tensor(1.125 / 4))


@pytest.mark.parametrize('threshold', [-0.1, 1.0])
def test_rejects_a_threshold_that_nothing_passes(threshold):
    with pytest.raises(ValueError, match=r'threshold must be None or in'):
        AppearanceLoss(threshold)
