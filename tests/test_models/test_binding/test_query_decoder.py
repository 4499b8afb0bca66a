import pytest
import torch
from torch import nn

from mmmotion.models.binding import QueryDecoder, sine_position_encoding
from mmmotion.registry import MODELS

FEATURES = torch.randn(
    2, 6, 4, 5, generator=torch.Generator().manual_seed(0)
).double()


def build(**settings):
    settings = dict(
        in_channels=6,
        channels=8,
        num_queries=3,
        num_layers=2,
        num_heads=2,
        mlp_channels=10,
    ) | settings
    return QueryDecoder(**settings).double()


def attend(attention, query, key, value):
    """Attention as the paper of the transformer writes it, head by head."""
    width = query.shape[-1]
    weights = attention.in_proj_weight.split(width)
    biases = attention.in_proj_bias.split(width)
    q, k, v = (
        nn.functional.linear(x, weight, bias)
        for x, weight, bias in zip((query, key, value), weights, biases)
    )
    heads = [slice(i, i + width // 2) for i in (0, width // 2)]
    read = [
        (q[..., h] @ k[..., h].mT / (width // 2)**0.5).softmax(-1) @ v[..., h]
        for h in heads
    ]
    return attention.out_proj(torch.cat(read, dim=-1))


def test_value_is_that_of_the_layers_written_out():
    module = build().eval()
    for norm in [m for m in module.modules() if isinstance(m, nn.LayerNorm)]:
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    cells = module.project(FEATURES)
    memory = cells.flatten(2).mT
    placed = memory + sine_position_encoding((4, 5), 8).double().flatten(1).T
    names = module.queries.weight
    x = torch.zeros(2, 3, 8).double()
    for layer in module.layers:
        first, second, third = layer.norms
        named = x + names
        x = first(x + attend(layer.self_attention, named, named, x))
        read = attend(layer.cross_attention, x + names, placed, memory)
        x = second(x + read)
        x = third(x + layer.mlp[3](layer.mlp[0](x).relu()))
    torch.testing.assert_close(module([FEATURES]), module.norm(x))


def test_order_of_the_names_is_the_order_of_the_groups():
    module = build().eval()
    groups = module([FEATURES])
    module.queries.weight.data = module.queries.weight.data[[2, 0, 1]]
    torch.testing.assert_close(module([FEATURES]), groups[:, [2, 0, 1]])


def test_groups_depend_on_where_the_cells_are():
    module = build().eval()
    turned = FEATURES.flip(-1)
    assert (module([turned]) - module([FEATURES])).abs().max() > 1e-3


def test_dropout_is_for_training():
    module = build(dropout=0.5)
    assert not torch.equal(module([FEATURES]), module([FEATURES]))
    module.eval()
    torch.testing.assert_close(
        module([FEATURES]), module([FEATURES]), rtol=0, atol=0
    )


def test_gradient_reaches_cells_and_weights():
    module = build()
    features = FEATURES.clone().requires_grad_()
    module([features]).square().sum().backward()
    assert features.grad.abs().sum() > 0
    assert all(p.grad is not None for p in module.parameters())


def test_initialisation_is_that_of_the_release():
    torch.manual_seed(0)
    module = QueryDecoder(in_channels=768)
    bound = 768**-0.5 * 3**0.5
    assert 0.99 * bound < module.project.weight.abs().max() <= bound
    assert not module.project.bias.any()
    for layer in module.layers:
        for weight, outs in ((layer.cross_attention.out_proj.weight, 256),
                             (layer.mlp[0].weight, 2048)):
            bound = (6 / (256 + outs))**0.5
            assert 0.99 * bound < weight.abs().max() <= bound
    assert module.queries.weight.std().item() == pytest.approx(1, abs=0.1)


def test_chosen_map_and_config():
    settings = dict(type='QueryDecoder', in_channels=6, channels=8, in_index=0)
    module = MODELS.build(settings).double()
    groups = module([FEATURES, torch.zeros(2, 9, 1, 1)])
    assert groups.shape == (2, 4, 8)


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(num_queries=0), 'num_queries=0'),
        (dict(num_layers=0), 'num_layers=0'),
        (dict(channels=6), 'channels=6 and num_heads=2'),
        (dict(num_heads=3), 'channels=8 and num_heads=3'),
    ],
)
def test_says_which_number_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)
