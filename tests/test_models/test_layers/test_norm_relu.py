import torch
import torch.nn.functional as F

from mmmotion.models.layers import norm_relu


def example(dtype=torch.float64):
    x = torch.randn(3, 4, 6, 7, dtype=dtype) * 3 + 2
    bias, gamma, beta = torch.randn(3, 4, dtype=dtype)
    return [t.clone().requires_grad_() for t in (x, bias, gamma, beta)]


def test_value_and_gradients_are_those_of_three_operations():
    x, bias, gamma, beta = inputs = example()
    expected = F.instance_norm(
        x + bias[:, None, None], weight=gamma, bias=beta
    ).relu()
    found = norm_relu(x, bias, gamma, beta)
    torch.testing.assert_close(found, expected)
    grad = torch.randn_like(found)
    for value, wanted in zip(
            torch.autograd.grad(found, inputs, grad),
            torch.autograd.grad(expected, inputs, grad),
    ):
        torch.testing.assert_close(value, wanted)


def test_bias_has_no_influence_and_no_gradient():
    x, bias, gamma, beta = example()
    out = norm_relu(x, bias, gamma, beta)
    assert torch.equal(out, norm_relu(x, bias + 5, gamma, beta))
    out.square().sum().backward()
    assert bias.grad.eq(0).all()


def test_a_constant_channel_gives_its_shift():
    x, bias, gamma, _ = example()
    beta = torch.tensor([1.0, -1.0, 0.5, 0.0], dtype=x.dtype)
    out = norm_relu(torch.full_like(x, 3.0), bias, gamma, beta)
    torch.testing.assert_close(out[0, :, 0, 0], beta.clamp(min=0))


def test_offset_far_from_zero_costs_no_accuracy():
    x, bias, gamma, beta = example(torch.float32)
    x = x.detach() + 1000
    expected = norm_relu(*(t.double() for t in (x, bias, gamma, beta)))
    found = norm_relu(x, bias, gamma, beta)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-3)
