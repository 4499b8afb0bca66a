import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmmotion.models.layers import ConvBlock


def plain(block, x):
    """The block as its modules say."""
    return block.norm(block.conv(x)).relu()


@pytest.mark.parametrize('upsample', [False, True])
@pytest.mark.parametrize(
    'norm', ['instance', None, dict(type='GN', num_groups=2)]
)
def test_block_computes_what_its_modules_say(upsample, norm):
    block = ConvBlock(3, 16, upsample=upsample, norm=norm).double()
    for parameter in block.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(2, 3, 8, 12, dtype=torch.float64)
    torch.testing.assert_close(block(x), plain(block, x))
    parameters = list(block.parameters())
    for found, expected in zip(
            torch.autograd.grad(block(x).sin().sum(), parameters),
            torch.autograd.grad(plain(block, x).sin().sum(), parameters),
    ):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('norm', ['instance', None])
def test_broadcast_is_the_block_on_repeated_vectors(norm):
    block = ConvBlock(3, 4, upsample=True, norm=norm).double()
    vectors = torch.randn(2, 3, dtype=torch.float64)
    grid = torch.randn(3, 5, 6, dtype=torch.float64)
    torch.testing.assert_close(
        block.forward_broadcast(vectors, grid),
        plain(block, vectors[:, :, None, None] + grid),
    )


@pytest.mark.parametrize('upsample', [False, True])
def test_slope_and_bias_come_from_the_settings(upsample):
    block = ConvBlock(
        3,
        4,
        upsample=upsample,
        norm=dict(type='IN', affine=False),
        bias=False,
        negative_slope=0.1,
    )
    assert [name for name, _ in block.named_parameters()] == ['conv.weight']
    vectors, grid = torch.randn(2, 3), torch.randn(3, 6, 8)
    x = vectors[:, :, None, None] + grid
    expected = F.leaky_relu(F.instance_norm(block.conv(x)), 0.1)
    torch.testing.assert_close(block(x), expected)
    if upsample:
        found = block.forward_broadcast(vectors, grid)
        torch.testing.assert_close(found, expected)


def test_every_parameter_has_a_gradient():
    block = ConvBlock(3, 4)
    block(torch.rand(1, 3, 8, 8)).sum().backward()
    assert all(p.grad is not None for p in block.parameters())


def test_runs_under_autocast():
    block = ConvBlock(3, 4)
    x = torch.rand(1, 3, 8, 8)
    with torch.autocast('cpu', torch.bfloat16):
        out = block(x)
    torch.testing.assert_close(out.float(), block(x), rtol=0.1, atol=0.1)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('upsample', [False, True])
def test_weights_of_fewer_digits_take_the_operations_of_torch(dtype, upsample):
    block = ConvBlock(16, 16, upsample=upsample).to(dtype)
    x = torch.randn(1, 16, 12, 16).to(dtype)
    assert torch.equal(block(x), plain(block, x))
    vectors, grid = torch.randn(1, 16).to(dtype), x[0]
    if upsample:
        torch.testing.assert_close(
            block.forward_broadcast(vectors, grid),
            plain(block, vectors[:, :, None, None] + grid),
            rtol=0.05,
            atol=0.05,
        )


@pytest.mark.parametrize(
    'settings, message', [
        (dict(kernel_size=4), 'kernel_size must be odd'),
        (dict(norm='batch'), "got 'batch'"),
    ]
)
def test_rejects_unknown_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        ConvBlock(3, 4, **settings)


def test_broadcast_needs_a_block_that_doubles():
    with pytest.raises(ValueError, match='upsample=True'):
        ConvBlock(3,
                  4).forward_broadcast(torch.rand(1, 3), torch.rand(3, 2, 2))
