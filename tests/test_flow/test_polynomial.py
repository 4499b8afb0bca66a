import pytest
import torch

from mmmotion.flow import (
    evaluate_polynomial,
    fit_and_blend,
    fit_polynomial,
    unit_coordinates,
)
from mmmotion.flow.polynomial import MONOMIALS


def random_fields(h=12, w=17, num_regions=3, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    flow = torch.randn(2, 2, h, w, generator=generator, dtype=dtype)
    weights = torch.rand(2, num_regions, h, w, generator=generator)
    return flow, weights.to(dtype)


def design(h, w, num_columns=6, offset=0.0, scale=1.0):
    """Monomials at all pixels, (h * w, P)."""
    y = unit_coordinates(h)[:, None] * scale + offset
    x = unit_coordinates(w) * scale + offset
    columns = [x**i * y**j for i, j in MONOMIALS[:num_columns]]
    return torch.stack([c.expand(h, w).flatten() for c in columns], dim=1)


def slow_fit(flow, weights, basis):
    """Least squares with one row per pixel, one region."""
    root = weights.flatten()[:, None].sqrt()
    return torch.linalg.lstsq(basis * root, flow.flatten(1).T * root).solution


@pytest.mark.parametrize('degree, count', [(0, 1), (1, 3), (2, 6)])
def test_agrees_with_least_squares_over_pixels(degree, count):
    flow, weights = random_fields()
    params = fit_polynomial(flow, weights, degree)
    basis = design(12, 17, count)
    for b in range(2):
        for k in range(3):
            expected = slow_fit(flow[b], weights[b, k], basis)
            torch.testing.assert_close(params[b, k], expected)


def test_fit_does_not_depend_on_the_coordinates():
    flow, weights = random_fields()
    fitted = evaluate_polynomial(fit_polynomial(flow, weights), (12, 17))
    basis = design(12, 17, offset=5.0, scale=0.3)
    expected = basis @ slow_fit(flow[0], weights[0, 1], basis)
    torch.testing.assert_close(fitted[0, 1].flatten(1).T, expected)


def test_constant_is_the_weighted_mean():
    flow = torch.tensor([[[1.0, 5.0]], [[-2.0, 2.0]]])
    weights = torch.tensor([[[3.0, 1.0]]])
    params = fit_polynomial(flow, weights, degree=0)
    expected = torch.tensor([[[2.0, -1.0]]], dtype=torch.float64)
    torch.testing.assert_close(params, expected)


def test_recovers_a_polynomial_from_any_weights():
    _, weights = random_fields(h=20, w=30)
    params = torch.randn(2, 6, 2, dtype=torch.float64)
    flow = evaluate_polynomial(params, (20, 30))
    found = fit_polynomial(flow, weights)
    torch.testing.assert_close(found, params[:, None].expand(-1, 3, -1, -1))


def test_pixel_centres_span_the_unit_range():
    expected = torch.tensor([-0.75, -0.25, 0.25, 0.75], dtype=torch.float64)
    torch.testing.assert_close(unit_coordinates(4), expected)


def test_evaluates_row_and_column_powers():
    params = torch.tensor([[0, 1], [1, 0], [0, 10], [2, 0], [0, 4], [0, 0]])
    flow = evaluate_polynomial(params.double(), (2, 2))
    u = torch.tensor([[0.0, 1.0], [0.0, 1.0]]).double()
    v = torch.tensor([[-3.0, -5.0], [5.0, 7.0]]).double()
    torch.testing.assert_close(flow, torch.stack([u, v]))


@pytest.mark.parametrize('size', [0.02, 0.05])
def test_small_region_is_exact_in_float32(size):
    # In the image's own coordinates the float32 system would be singular.
    h, w = 240, 427
    y, x = unit_coordinates(h)[:, None], unit_coordinates(w)
    weights = torch.exp(-((x - 0.8)**2 + (y + 0.7)**2) / size**2)[None]
    flow = torch.stack([torch.sin(9 * x + y), torch.cos(5 * y * x)])
    exact = evaluate_polynomial(fit_polynomial(flow, weights), (h, w))
    single = fit_polynomial(flow.float(), weights.float())
    error = (evaluate_polynomial(single, (h, w)) - exact).norm(dim=1)
    assert (error * weights).max() < 2e-5


def test_blend_equals_the_blended_images():
    flow, masks = random_fields()
    expected = fit_polynomial(flow, masks, squared=True)
    params, blended = fit_and_blend(flow, masks, squared=True)
    torch.testing.assert_close(params, expected)
    images = evaluate_polynomial(params, (12, 17))
    torch.testing.assert_close(blended, (masks[:, :, None] * images).sum(1))


def test_single_images_blend_like_a_batch():
    flow, masks = random_fields()
    expected = [tensor[0] for tensor in fit_and_blend(flow, masks)]
    found = fit_and_blend(flow[0], masks[0])
    torch.testing.assert_close(list(found), expected)


def test_region_of_few_rows_in_a_tall_image():
    # The frame of reference is measured on every eighth row here.
    weights = torch.zeros(1, 480, 40)
    weights[:, 97:102, 10:20] = 1
    params = torch.tensor([[2.0, -1.0], [0.5, 3.0], [1.0, 4.0]] * 2)
    flow = evaluate_polynomial(params, (480, 40), torch.float32)
    found = evaluate_polynomial(fit_polynomial(flow, weights), (480, 40))
    error = (found - flow).abs() * weights
    assert error.max() < 1e-5


def test_blocks_of_rows_do_not_change_the_result(monkeypatch):
    flow, weights = random_fields()
    _, expected = fit_and_blend(flow, weights)
    monkeypatch.setattr('mmmotion.flow.moments._BLOCK', 500)
    _, blended = fit_and_blend(flow, weights)
    torch.testing.assert_close(blended, expected)


@pytest.mark.parametrize('block', [100, 2**19])
@pytest.mark.parametrize('squared', [False, True])
def test_gradients_in_blocks(monkeypatch, block, squared):
    monkeypatch.setattr('mmmotion.flow.moments._BLOCK', block)
    flow, weights = random_fields(h=5, w=6, num_regions=2)
    torch.autograd.gradcheck(
        lambda f, m: fit_and_blend(f, m, squared=squared),
        (flow.requires_grad_(), weights.requires_grad_()),
    )


def test_squared_weights_are_squares():
    flow, weights = random_fields()
    torch.testing.assert_close(
        fit_polynomial(flow, weights, squared=True),
        fit_polynomial(flow, weights.square()),
    )


@pytest.mark.parametrize('degree', [0, 1, 2])
def test_gradients_of_the_fit(degree):
    flow, weights = random_fields(h=5, w=6, num_regions=2)
    flow.requires_grad_()
    weights.requires_grad_()
    torch.autograd.gradcheck(
        lambda f, m: fit_polynomial(f, m, degree), (flow, weights)
    )


def test_gradients_of_the_blend_alone():
    flow, masks = random_fields(h=5, w=6, num_regions=2)
    torch.autograd.gradcheck(
        lambda m: fit_and_blend(flow, m)[1], (masks.requires_grad_(), )
    )


def test_a_flow_without_gradient_gets_none():
    flow, masks = random_fields(h=5, w=6, num_regions=2)
    fit_and_blend(flow, masks.requires_grad_())[1].sum().backward()
    assert masks.grad is not None
    assert flow.grad is None


def test_a_second_derivative_is_refused_instead_of_wrong():
    flow, masks = random_fields(h=5, w=6, num_regions=2)
    _, blended = fit_and_blend(flow, masks.requires_grad_())
    grad, = torch.autograd.grad(
        blended.square().sum(), masks, create_graph=True
    )
    with pytest.raises(RuntimeError, match='once_differentiable'):
        grad.sum().backward()


def empty_region():
    weights = torch.zeros(1, 1, 8, 9)
    return weights


def underdetermined_region():
    weights = torch.zeros(1, 1, 8, 9)
    weights[0, 0, 2, 3:6] = 1
    return weights


@pytest.mark.parametrize('region', [empty_region, underdetermined_region])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_region_without_a_solution_gets_zeros_and_no_gradient(region, dtype):
    weights = region().to(dtype).requires_grad_()
    flow = torch.randn(1, 2, 8, 9, dtype=dtype)
    params = fit_polynomial(flow, weights)
    assert torch.equal(params, torch.zeros_like(params))
    grad, = torch.autograd.grad(params.sum(), weights)
    assert torch.equal(grad, torch.zeros_like(grad))


def test_one_bad_region_leaves_the_others_alone():
    flow, weights = random_fields()
    expected = fit_polynomial(flow, weights)
    weights[:, 1] = 0
    params = fit_polynomial(flow, weights)
    torch.testing.assert_close(params[:, [0, 2]], expected[:, [0, 2]])


def test_faint_region_is_fitted_like_a_strong_one():
    flow, weights = random_fields(dtype=torch.float32)
    torch.testing.assert_close(
        fit_polynomial(flow, weights * 1e-18),
        fit_polynomial(flow, weights),
        atol=1e-5,
        rtol=1e-5,
    )


def test_ridge_shrinks_the_parameters():
    flow, weights = random_fields()
    flow = flow + 5
    plain = fit_polynomial(flow, weights)
    shrunk = fit_polynomial(flow, weights, ridge=1.0)
    assert (shrunk.norm(dim=-2) < plain.norm(dim=-2)).all()


def test_autocast_does_not_degrade_the_fit():
    flow, weights = random_fields(dtype=torch.float32)
    _, expected = fit_and_blend(flow, weights)
    with torch.autocast('cpu', torch.bfloat16):
        _, fitted = fit_and_blend(flow, weights)
    torch.testing.assert_close(fitted, expected)


@pytest.mark.parametrize(
    'flow, weights, degree, message',
    [
        ((2, 4, 5), (1, 4, 5), 3, 'degree must be 0, 1 or 2, got 3'),
        ((3, 4, 5), (1, 4, 5), 2, r'flow must be \(\.\.\., 2, h, w\)'),
        ((2, 4, 5), (1, 5, 4), 2, 'weights must be'),
        ((2, 2, 4, 5), (1, 4, 5), 2, 'weights must be'),
    ],
)
def test_rejects_what_does_not_fit(flow, weights, degree, message):
    with pytest.raises(ValueError, match=message):
        fit_polynomial(torch.zeros(flow), torch.zeros(weights), degree)


def test_rejects_an_unknown_number_of_parameters():
    with pytest.raises(ValueError, match='P = 1, 3 or 6'):
        evaluate_polynomial(torch.zeros(4, 2), (3, 3))


def test_a_size_first_seen_in_inference_mode_can_be_trained_on():
    params = torch.ones(1, 6, 2, dtype=torch.float64)
    with torch.inference_mode():
        evaluate_polynomial(params, (5, 13))
    evaluate_polynomial(params.requires_grad_(), (5, 13)).sum().backward()
    assert params.grad.abs().sum() > 0
