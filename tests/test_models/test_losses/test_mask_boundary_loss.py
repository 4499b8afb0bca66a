import math

import pytest
import torch

from mmmotion.models.losses import boundary_strip
from mmmotion.registry import MODELS


def slow_strip(mask, radius):
    """Nine samples per pixel, in loops."""
    h, w = mask.shape
    out = torch.zeros_like(mask)
    for y in range(h):
        for x in range(w):
            samples = [
                mask[y + i, x + j].item() for i in (-radius, 0, radius)
                for j in (-radius, 0, radius)
                if 0 <= y + i < h and 0 <= x + j < w
            ]
            out[y, x] = max(samples) - min(samples)
    return out


@pytest.mark.parametrize('radius', [1, 2, 3])
def test_strip_is_where_nine_samples_differ(radius):
    generator = torch.Generator().manual_seed(1)
    masks = torch.rand(2, 3, 9, 11, generator=generator).gt(0.7).float()
    strip = boundary_strip(masks, radius)
    for i in range(2):
        for j in range(3):
            expected = slow_strip(masks[i, j], radius)
            assert torch.equal(strip[i, j], expected)


def test_a_row_has_a_strip_on_both_sides_of_its_edge():
    mask = torch.zeros(1, 12)
    mask[0, 6:] = 1
    assert boundary_strip(mask, 3)[0].tolist() == [0] * 3 + [1] * 6 + [0] * 3


@pytest.mark.parametrize('value', [0.0, 1.0])
def test_the_border_of_the_image_is_no_boundary(value):
    assert not boundary_strip(torch.full((1, 8, 8), value)).any()


def test_value_is_one_mean_over_the_strips_of_all_masks():
    loss = MODELS.build(dict(type='MaskBoundaryLoss', radius=1))
    targets = torch.zeros(2, 1, 8)
    targets[0, :, 4:] = 1  # a strip of two pixels
    targets[1, :, ::2] = 1  # a strip of eight pixels
    logits = torch.zeros_like(targets)
    logits[1] = 100 * (2 * targets[1] - 1)  # no error
    expected = 0.2 * 2 * math.log(2) / 10
    torch.testing.assert_close(loss(logits, targets), torch.tensor(expected))


def test_gradient_reaches_the_strip_only():
    loss = MODELS.build(dict(type='MaskBoundaryLoss'))
    targets = torch.zeros(1, 1, 12)
    targets[..., 6:] = 1
    logits = torch.randn(1, 1, 12, requires_grad=True)
    loss(logits, targets).backward()
    assert torch.equal(logits.grad != 0, boundary_strip(targets) > 0)


def test_empty_masks_cost_nothing():
    loss = MODELS.build(dict(type='MaskBoundaryLoss'))
    assert loss(torch.randn(2, 8, 8), torch.zeros(2, 8, 8)) == 0


def test_rejects_a_radius_of_zero():
    with pytest.raises(ValueError, match='radius must be at least 1'):
        MODELS.build(dict(type='MaskBoundaryLoss', radius=0))
