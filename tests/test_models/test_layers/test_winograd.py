import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.layers.winograd import winograd_backward


def example(kernel_size, size, dtype=torch.float64, batch=3):
    generator = torch.Generator().manual_seed(1)

    def rand(*shape):
        return torch.randn(shape, generator=generator, dtype=dtype)

    x = rand(batch, 5, *size).requires_grad_()
    weight = rand(6, 5, kernel_size, kernel_size).requires_grad_()
    grad = rand(batch, 6, *size)
    return x, weight, grad


def direct(x, weight, grad):
    out = F.conv2d(x, weight, padding=weight.shape[-1] // 2)
    return torch.autograd.grad(out, (x, weight), grad)


# One window, sizes that are no multiples of a window, several chunks.
@pytest.mark.parametrize('size', [(1, 1), (4, 4), (9, 14), (40, 130)])
@pytest.mark.parametrize('kernel_size', [3, 5])
def test_gradients_are_those_of_the_convolution(kernel_size, size):
    x, weight, grad = example(kernel_size, size)
    found = winograd_backward(x.detach(), weight.detach(), grad)
    for value, expected in zip(found, direct(x, weight, grad)):
        torch.testing.assert_close(value, expected)


def test_layout_of_the_memory_does_not_matter():
    x, weight, grad = example(5, (9, 14))
    found = winograd_backward(
        x.detach().contiguous(memory_format=torch.channels_last),
        weight.detach(),
        grad.contiguous(memory_format=torch.channels_last),
    )
    for value, expected in zip(found, direct(x, weight, grad)):
        torch.testing.assert_close(value, expected)


def test_float32_loses_little():
    x, weight, grad = example(5, (32, 56), torch.float32)
    found = winograd_backward(x.detach(), weight.detach(), grad)
    exact = direct(x.double(), weight.double(), grad.double())
    for value, expected in zip(found, exact):
        error = (value - expected).square().mean().sqrt()
        assert error < 2e-5 * expected.square().mean().sqrt()


def test_gradient_of_the_input_is_left_out_if_not_wanted():
    x, weight, grad = example(3, (8, 8))
    none, found = winograd_backward(x.detach(), weight.detach(), grad, False)
    assert none is None
    torch.testing.assert_close(found, direct(x, weight, grad)[1])
