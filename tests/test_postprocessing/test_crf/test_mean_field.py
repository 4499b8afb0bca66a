import pytest
import torch

from mmmotion.postprocessing.crf import ExactKernel, mean_field, normalize


def kernel(count=20):
    points = torch.randn(1, 2, count, dtype=torch.float64)
    return ExactKernel(points)


def plain_mean_field(unary, matrix, weight, num_iters):
    """All labels, the formula as it stands."""
    labels = (-unary).softmax(dim=0)
    for _ in range(num_iters):
        labels = (weight * labels @ matrix.T - unary).softmax(dim=0)
    return labels


@pytest.mark.parametrize('normalization', ['symmetric', 'after'])
@pytest.mark.parametrize('num_labels', [2, 3, 5])
def test_equals_the_plain_formula(num_labels, normalization):
    raw = kernel()
    matrix = raw(torch.eye(20, dtype=torch.float64))
    degree = matrix.sum(dim=1)
    if normalization == 'after':
        matrix = matrix / degree[:, None]
    else:
        matrix = matrix / (degree[:, None] * degree).sqrt()
    unary = torch.randn(num_labels, 20, dtype=torch.float64)
    filters = [normalize(raw, unary, normalization)]
    for num_iters in (0, 1, 7):
        expected = plain_mean_field(unary, matrix, 2.0, num_iters)
        computed = mean_field(unary, filters, [2.0], num_iters)
        torch.testing.assert_close(computed, expected)


def test_two_kernels_add_up():
    unary = torch.randn(3, 20, dtype=torch.float64)
    one = normalize(kernel(), unary, 'after')
    torch.testing.assert_close(
        mean_field(unary, [one, one], [1.0, 2.0], 4),
        mean_field(unary, [one], [3.0], 4),
    )


def test_order_of_labels_does_not_matter():
    order = [2, 0, 1]
    unary = torch.randn(3, 20, dtype=torch.float64)
    filters = [normalize(kernel(), unary, 'symmetric')]
    torch.testing.assert_close(
        mean_field(unary[order], filters, [2.0], 5),
        mean_field(unary, filters, [2.0], 5)[order],
    )


def test_normalised_after_keeps_constants():
    values = torch.full((1, 20), 3.0, dtype=torch.float64)
    filtered = normalize(kernel(), values, 'after')(values)
    torch.testing.assert_close(filtered, values)


def test_rejects_an_unknown_normalisation():
    with pytest.raises(ValueError, match=r"'symmetric', 'after'.*'before'"):
        normalize(kernel(), torch.zeros(1, 20), 'before')
