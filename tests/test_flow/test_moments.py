"""The block-wise sums beside sums over all pixels at once."""

import pytest
import torch

from mmmotion.flow.moments import (
    Products,
    expand_products,
    fit_regions,
    powers,
    region_moments,
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
    found = region_moments(masks, Products(rows, columns), squared)
    torch.testing.assert_close(found, expected)


def test_moments_of_regions_carry_no_gradient(fields):
    masks, _, rows, columns = fields
    found = region_moments(
        masks.requires_grad_(), Products(rows, columns), False
    )
    assert not found.requires_grad


def slow_solution(masks, flow, frame, image, squared):
    """The stand-in system of :func:`solve`, over all pixels at once."""
    weights = masks**2 if squared else masks
    mass = torch.einsum('bkhw,bkih,bkjw->bkij', weights, *frame)
    num = len(image.rows)
    flows = torch.einsum(
        'bkhw,bchw,bkih,bkjw->bkcij', weights, flow, frame.rows[:, :, :num],
        frame.columns[:, :, :num]
    )
    return solve(mass, flows)


def solve(mass, flows):
    """Any smooth function of both sums."""
    num = flows.shape[-1]
    return flows / (1 + mass.square().sum(
        (-2, -1)
    )[..., None, None, None]) + mass[:, :, None, -num:, -num:].sin()


@pytest.fixture
def products():
    """Functions of the frames of regions and of the image."""
    generator = torch.Generator().manual_seed(6)

    def make(*shape):
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    frame = Products(make(2, 3, 3, H), make(2, 3, 3, W))
    return frame, Products(make(2, H), make(2, W))


@pytest.mark.parametrize('squared', [False, True])
def test_solution_and_blended_flow(fields, products, squared):
    masks, flow, *_ = fields
    found, blended = fit_regions(masks, flow, *products, solve, squared)
    expected = slow_solution(masks, flow, *products, squared)
    torch.testing.assert_close(found, expected)
    expected = torch.einsum(
        'bkhw,bkcij,ih,jw->bchw', masks, expected, *products[1]
    )
    torch.testing.assert_close(blended, expected)


def test_the_flow_is_blended_only_where_it_is_wanted(fields, products):
    masks, flow, *_ = fields
    found, blended = fit_regions(masks, flow, *products, solve, blend=False)
    expected, _ = fit_regions(masks, flow, *products, solve)
    assert blended is None
    assert torch.equal(found, expected)


@pytest.mark.parametrize('squared', [False, True])
def test_gradients_of_the_fit(fields, products, squared):
    masks, flow, *_ = fields
    torch.autograd.gradcheck(
        lambda m, f: fit_regions(m, f, *products, solve, squared),
        (masks.requires_grad_(), flow.requires_grad_()),
    )


def test_products_at_every_pixel(fields):
    _, _, rows, columns = fields
    coefficients = torch.rand(2, 3, 3, dtype=torch.float64)
    found = expand_products(
        coefficients, Products(rows, columns), torch.float64
    )
    expected = torch.einsum('kij,ih,jw->khw', coefficients, rows, columns)
    torch.testing.assert_close(found, expected)
