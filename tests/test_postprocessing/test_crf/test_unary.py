import math

import pytest
import torch

from mmmotion.postprocessing.crf import mask_unary, probability_unary


def test_mask_by_hand():
    mask = torch.tensor([[0.0, 0.2], [0.4, 0.6]], dtype=torch.float64)
    # 255 * mask / 0.8 is 0, 63.75, 127.5, 191.25: rounded down, over 191.
    foreground = torch.tensor([[1e-6, 63 / 191], [127 / 191, 1 - 1e-6]])
    energies = mask_unary(mask, scale=0.8)
    torch.testing.assert_close(energies[1], -foreground.double().log())
    torch.testing.assert_close((-energies).exp().sum(0), torch.ones_like(mask))


def test_an_empty_mask_stays_empty():
    energies = mask_unary(torch.zeros(2, 3, 4))
    assert energies.shape == (2, 2, 3, 4)
    assert (energies[:, 1] - energies[:, 0]).min() > 13


def test_each_mask_has_its_own_maximum():
    masks = torch.rand(2, 5, 6) * torch.tensor([1.0, 0.1])[:, None, None]
    alone = torch.stack([mask_unary(mask) for mask in masks])
    torch.testing.assert_close(mask_unary(masks), alone)


def test_probabilities_are_limited_from_below():
    masks = torch.tensor([0.0, 0.25, 1.0]).view(3, 1, 1)
    expected = torch.tensor([-math.log(1e-6), math.log(4), 0.0])
    torch.testing.assert_close(probability_unary(masks).flatten(), expected)


@pytest.mark.parametrize('scale', [0, 1.5])
def test_rejects_an_impossible_scale(scale):
    with pytest.raises(ValueError, match=f'scale must be.*{scale}'):
        mask_unary(torch.zeros(2, 2), scale)
