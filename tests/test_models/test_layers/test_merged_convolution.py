import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.layers import convolve_merged


@pytest.mark.parametrize(
    'sizes', [[(9, 14), (5, 7)], [(8, 8),
                                  (4, 3)], [(7, 6),
                                            (7, 6)], [(6, 7), (1, 1), (3, 4)]]
)
@pytest.mark.parametrize('kernel_size, dilation', [(1, 1), (3, 1), (3, 4)])
def test_equals_the_convolution_of_enlarged_maps(sizes, kernel_size, dilation):
    maps = [
        torch.randn(2, 2 + i, *size, dtype=torch.double, requires_grad=True)
        for i, size in enumerate(sizes)
    ]
    width = sum(x.shape[1] for x in maps)
    shape = (3, width, kernel_size, kernel_size)
    weight = torch.randn(shape, dtype=torch.double, requires_grad=True)
    bias = torch.randn(3, dtype=torch.double)
    enlarged = [F.interpolate(x, sizes[0], mode='bilinear') for x in maps]
    expected = F.conv2d(
        torch.cat(enlarged, dim=1),
        weight,
        bias,
        padding=dilation * (kernel_size // 2),
        dilation=dilation,
    )
    found = convolve_merged(maps, weight, bias, dilation)
    torch.testing.assert_close(found, expected)
    factor = torch.randn_like(expected)
    inputs = [*maps, weight]
    for grad, wanted in zip(
            torch.autograd.grad((found * factor).sum(), inputs),
            torch.autograd.grad((expected * factor).sum(), inputs),
    ):
        torch.testing.assert_close(grad, wanted)
