import torch
from torch import nn

from mmmotion.models.layers import StdLayerNorm


def test_divides_by_the_unbiased_deviation_plus_eps():
    norm = StdLayerNorm(3, eps=1.0)
    x = torch.tensor([1.0, 2.0, 3.0])  # deviation 1 with n - 1, 0.82 with n
    torch.testing.assert_close(norm(x), torch.tensor([-0.5, 0.0, 0.5]))


def test_weight_and_bias_come_last():
    norm = StdLayerNorm(2, eps=0.0)
    nn.init.constant_(norm.weight, 2**0.5)
    nn.init.constant_(norm.bias, 5.0)
    found = norm(torch.tensor([[0.0, 4.0]]))
    torch.testing.assert_close(found, torch.tensor([[4.0, 6.0]]))


def test_gradient():
    norm = StdLayerNorm(5).double()
    x = torch.randn(2, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(norm, x)
