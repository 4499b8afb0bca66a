import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.layers import convolve, convolve_broadcast


def rand(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def double_size(x, weight):
    return F.conv_transpose2d(
        x, weight, stride=2, padding=weight.shape[-1] // 2, output_padding=1
    )


def assert_same(value, expected, inputs):
    torch.testing.assert_close(value, expected)
    grad = torch.randn_like(value)
    for found, wanted in zip(
            torch.autograd.grad(value, inputs, grad),
            torch.autograd.grad(expected, inputs, grad),
    ):
        torch.testing.assert_close(found, wanted)


# Few channels take torch's gradients, many those of Winograd.
@pytest.mark.parametrize('channels', [(3, 4), (48, 49)])
@pytest.mark.parametrize('kernel_size', [1, 3, 5, 7])
def test_size_is_kept(channels, kernel_size):
    x = rand(2, channels[0], 9, 11)
    weight = rand(channels[1], channels[0], kernel_size, kernel_size)
    expected = F.conv2d(x, weight, padding=kernel_size // 2)
    assert_same(convolve(x, weight), expected, (x, weight))


@pytest.mark.parametrize('kernel_size', [1, 3, 5])
def test_size_is_doubled(kernel_size):
    x, weight = rand(2, 16, 5, 6), rand(16, 17, kernel_size, kernel_size)
    found = convolve(x, weight, upsample=True)
    assert_same(found, double_size(x, weight), (x, weight))


def test_the_layout_of_the_gradient_does_not_matter():
    x, weight = rand(2, 3, 9, 11), rand(4, 3, 5, 5)
    expected = F.conv2d(x, weight, padding=2)
    for layout in (torch.contiguous_format, torch.channels_last):
        grad = torch.randn(2, 4, 9,
                           11).double().contiguous(memory_format=layout)
        found = torch.autograd.grad(convolve(x, weight), (x, weight), grad)
        wanted = torch.autograd.grad(
            expected, (x, weight), grad, retain_graph=True
        )
        torch.testing.assert_close(found, wanted)


def test_an_image_needs_no_gradient():
    x, weight = torch.rand(1, 32, 8, 8), rand(32, 32, 5, 5)
    convolve(x.double(), weight).sum().backward()
    assert weight.grad is not None


@pytest.mark.parametrize('kernel_size', [1, 3, 5, 7])
@pytest.mark.parametrize('size', [(1, 2), (3, 4), (7, 12)])
def test_repeated_vectors_are_convolved_as_if_repeated(kernel_size, size):
    vectors, grid = rand(3, 4), rand(4, *size)
    weight = rand(4, 5, kernel_size, kernel_size)
    expected = double_size(vectors[:, :, None, None] + grid, weight)
    found = convolve_broadcast(vectors, grid, weight)
    assert_same(found, expected, (vectors, grid, weight))
