"""The block-wise sums beside sums over all pixels at once."""

import pytest
import torch

from mmmotion.flow.moments import (
    blend_products,
    expand_products,
    powers,
    region_moments,
    weighted_moments,
)

H, W = 5, 4


@pytest.fixture(params=[2**19, 30], ids=['whole', 'blocks'])
def _block(request, monkeypatch):
    monkeypatch.setattr('mmmotion.flow.moments._BLOCK', request.param)


@pytest.fixture
def fields(_block):
    """Masks (2, 3, h, w), flow, and functions of the row and the column."""
    generator = torch.Generator().manual_seed(5)

    def make(*shape):
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    return make(2, 3, H, W), make(2, 2, H, W), make(3, H), make(3, W)


def test_powers_by_hand():
    found = powers(torch.tensor([0.0, 2.0, -3.0]), 2)
    assert found.tolist() == [[1, 1, 1], [0, 2, -3], [0, 4, 9]]


@pytest.mark.parametrize('squared', [False, True])
def test_moments_of_regions(fields, squared):
    masks, _, rows, columns = fields
    weights = masks**2 if squared else masks
    expected = torch.einsum('bkhw,ih,jw->bkij', weights, rows, columns)
    found = region_moments(masks, rows, columns, squared)
    torch.testing.assert_close(found, expected)


def test_moments_of_regions_carry_no_gradient(fields):
    masks, _, rows, columns = fields
    found = region_moments(masks.requires_grad_(), rows, columns, False)
    assert not found.requires_grad


@pytest.mark.parametrize('squared', [False, True])
def test_weighted_moments(fields, squared):
    masks, flow, rows, columns = fields
    rows, columns = (f.expand(2, 3, -1, -1) for f in (rows, columns))
    mass, flows = weighted_moments(masks, flow, rows, columns, 2, squared)
    weights = masks**2 if squared else masks
    expected = torch.einsum('bkhw,bkih,bkjw->bkij', weights, rows, columns)
    torch.testing.assert_close(mass, expected)
    expected = torch.einsum(
        'bkhw,bchw,bkih,bkjw->bkcij', weights, flow, rows[:, :, :2],
        columns[:, :, :2]
    )
    torch.testing.assert_close(flows, expected)


@pytest.mark.parametrize('squared', [False, True])
def test_gradients_of_weighted_moments(fields, squared):
    masks, flow, rows, columns = fields
    rows, columns = (f.expand(2, 3, -1, -1) for f in (rows, columns))
    torch.autograd.gradcheck(
        lambda m, f: weighted_moments(m, f, rows, columns, 2, squared),
        (masks.requires_grad_(), flow.requires_grad_()),
    )


def test_a_flow_without_gradient_gets_none(fields):
    masks, flow, rows, columns = fields
    rows, columns = (f.expand(2, 3, -1, -1) for f in (rows, columns))
    _, flows = weighted_moments(masks.requires_grad_(), flow, rows, columns, 1)
    flows.sum().backward()
    expected = torch.einsum(
        'bchw,bkh,bkw->bkhw', flow, rows[:, :, 0], columns[:, :, 0]
    )
    torch.testing.assert_close(masks.grad, expected)
    assert flow.grad is None


def test_products_at_every_pixel(fields):
    _, _, rows, columns = fields
    coefficients = torch.rand(2, 3, 3, dtype=torch.float64)
    found = expand_products(coefficients, rows, columns, torch.float64)
    expected = torch.einsum('kij,ih,jw->khw', coefficients, rows, columns)
    torch.testing.assert_close(found, expected)


def blend(masks, coefficients, rows, columns):
    return torch.einsum(
        'bkhw,bkcij,ih,jw->bchw', masks, coefficients, rows, columns
    )


def test_blended_products(fields):
    masks, _, rows, columns = fields
    coefficients = torch.rand(2, 3, 2, 3, 3, dtype=torch.float64)
    found = blend_products(masks, coefficients, rows, columns)
    expected = blend(masks, coefficients, rows, columns)
    torch.testing.assert_close(found, expected)


def test_gradients_of_blended_products(fields):
    masks, _, rows, columns = fields
    coefficients = torch.rand(2, 3, 2, 3, 3, dtype=torch.float64)
    torch.autograd.gradcheck(
        lambda m, c: blend_products(m, c, rows, columns),
        (masks.requires_grad_(), coefficients.requires_grad_()),
    )


def test_a_second_derivative_is_refused_instead_of_wrong(fields):
    masks, _, rows, columns = fields
    coefficients = torch.rand(2, 3, 2, 3, 3, dtype=torch.float64)
    blended = blend_products(
        masks.requires_grad_(), coefficients, rows, columns
    )
    grad, = torch.autograd.grad(
        blended.square().sum(), masks, create_graph=True
    )
    with pytest.raises(RuntimeError, match='once_differentiable'):
        grad.sum().backward()
