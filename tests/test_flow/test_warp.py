import math

import numpy as np
import pytest
import torch

from mmmotion.flow import warp


def constant_flow(u, v, size):
    return torch.tensor([u, v]).reshape(1, 2, 1, 1).expand(1, 2, *size)


def read(image, y, x, padding):
    """Bilinear value of one channel at a place, by hand."""
    height, width = image.shape
    if padding == 'border':
        y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    total = 0.0
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(x), math.floor(x) + 1):
            if 0 <= row < height and 0 <= column < width:
                weight = (1 - abs(y - row)) * (1 - abs(x - column))
                total += weight * float(image[row, column])
    return total


@pytest.mark.parametrize('padding', ['border', 'zeros'])
def test_equals_bilinear_reading_by_hand(padding):
    images = torch.rand(2, 3, 6, 9)
    flow = 4 * torch.randn(2, 2, 6, 9)
    found = warp(images, flow, padding)
    expected = torch.empty_like(images)
    for b, c, y, x in np.ndindex(images.shape):
        u, v = flow[b, :, y, x].tolist()
        expected[b, c, y, x] = read(images[b, c], y + v, x + u, padding)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_u_reads_to_the_right_and_v_below():
    image = torch.arange(12.0).reshape(1, 1, 3, 4)
    right = warp(image, constant_flow(1.0, 0.0, (3, 4)))[0, 0]
    assert right.tolist() == [[1, 2, 3, 3], [5, 6, 7, 7], [9, 10, 11, 11]]
    below = warp(image, constant_flow(0.0, 2.0, (3, 4)), 'zeros')[0, 0]
    assert below.tolist() == [[8, 9, 10, 11], [0] * 4, [0] * 4]
    half = warp(image, constant_flow(0.5, 0.0, (3, 4)))[0, 0, 0]
    torch.testing.assert_close(half, torch.tensor([0.5, 1.5, 2.5, 3.0]))


def test_no_motion_changes_nothing_to_the_last_column():
    image = torch.rand(2, 3, 37, 53)
    torch.testing.assert_close(warp(image, torch.zeros(2, 2, 37, 53)), image)


@pytest.mark.parametrize('motion', [0.0, 3.0])
def test_an_image_of_one_pixel_stays(motion):
    image = torch.rand(1, 2, 1, 1)
    flow = torch.full((1, 2, 1, 1), motion, requires_grad=True)
    warped = warp(image, flow)
    assert torch.equal(warped, image)
    warped.sum().backward()
    assert torch.equal(flow.grad, torch.zeros_like(flow))


@pytest.mark.parametrize('padding', ['border', 'zeros'])
def test_a_flow_that_is_no_number_is_seen_and_harms_nothing(padding):
    flow = torch.zeros(1, 2, 8, 12)
    flow[0, 1, 3, 5] = torch.nan
    flow.requires_grad_()
    warped = warp(torch.rand(1, 3, 8, 12), flow, padding)
    assert warped.isnan().nonzero().tolist() == [[0, c, 3, 5]
                                                 for c in range(3)]
    warped.nansum().backward()
    assert flow.grad.isfinite().all()


def test_half_precision_still_tells_the_columns_apart():
    columns = torch.arange(1000.0)[None, None, None]
    flow = torch.zeros(1, 2, 1, 1000).bfloat16()
    torch.testing.assert_close(warp(columns, flow), columns)


def test_gradients_reach_image_and_flow():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 2, 4, 5, generator=generator, dtype=torch.double)
    # Away from the kinks at whole pixels and at the border.
    flow = torch.full((1, 2, 4, 5), 0.3, dtype=torch.double)
    image.requires_grad_()
    flow.requires_grad_()
    assert torch.autograd.gradcheck(warp, (image, flow))


@pytest.mark.parametrize(
    'shape', [(1, 2, 4, 6), (2, 2, 4, 5), (1, 3, 4, 5), (1, 4, 5, 2)]
)
def test_flows_of_another_size_are_refused(shape):
    with pytest.raises(ValueError, match=r'\(1, 2, 4, 5\) for images of'):
        warp(torch.zeros(1, 3, 4, 5), torch.zeros(shape))


def test_an_unknown_padding_is_named():
    with pytest.raises(ValueError, match="got 'wrap'"):
        warp(torch.zeros(1, 3, 4, 5), torch.zeros(1, 2, 4, 5), 'wrap')
