import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from mmmotion.models.binding import SlotAttention
from mmmotion.registry import MODELS

FEATURES = torch.randn(
    2, 8, 4, 5, generator=torch.Generator().manual_seed(0)
).double()


def build(**settings):
    torch.manual_seed(0)
    settings = dict(in_channels=8, num_slots=3, num_iters=2) | settings
    return SlotAttention(**settings).double()


def step(module, slots, tokens):
    """One iteration as the paper writes it, token by token."""
    key, value = module.key(tokens), module.value(tokens)
    query = module.query(module.norm_slots(slots))
    new = []
    for b in range(len(tokens)):
        reading = torch.zeros_like(slots[b])
        total = torch.zeros(len(slots[b]), 1, dtype=slots.dtype)
        for k, v in zip(key[b], value[b]):
            share = (query[b] @ k / 8**0.5).softmax(0)[:, None] + 1e-8
            reading = reading + share * v
            total = total + share
        state = module.gru(reading / total, slots[b])
        new.append(state + module.mlp(module.norm_mlp(state)))
    return torch.stack(new)


def test_value_is_that_of_a_loop_over_tokens():
    module = build()
    tokens = module.tokens(FEATURES)
    slots = module.first_slots(2)
    for found, _ in module.iterate(tokens):
        slots = step(module, slots, tokens)
        torch.testing.assert_close(found, slots)
    torch.testing.assert_close(module([FEATURES]), slots)


def test_slots_share_every_token():
    module = build()
    for _, attention in module.iterate(module.tokens(FEATURES)):
        assert attention.shape == (2, 3, 20)
        total = attention.sum(dim=1)
        torch.testing.assert_close(total, torch.full_like(total, 1 + 3e-8))


def test_order_of_the_first_slots_is_the_order_of_the_slots():
    module = build()
    slots = module([FEATURES])
    module.slots.data = module.slots.data[[2, 0, 1]]
    torch.testing.assert_close(module([FEATURES]), slots[:, [2, 0, 1]])


def test_fused_attention_only_returns_the_shares():
    """With tokens as queries and an identity as values, nothing is saved."""
    module = build()
    tokens = module.tokens(FEATURES)
    _, attention = next(module.iterate(tokens))
    query = module.query(module.norm_slots(module.first_slots(2)))
    shares = scaled_dot_product_attention(
        module.key(tokens), query,
        torch.eye(3).double().expand(2, 3, 3)
    )
    torch.testing.assert_close(shares.transpose(1, 2) + 1e-8, attention)


def test_gradient_passes_through_all_iterations():
    module = build()
    module([FEATURES]).square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in module.mlp.parameters())
    assert module.slots.grad.abs().sum() > 0


def test_implicit_gradient_is_that_of_the_last_iteration():
    plain, implicit = build(), build(implicit_gradient=True)
    features = FEATURES.clone().requires_grad_()
    tokens = plain.tokens(features)
    (before, _), (after, _) = plain.iterate(tokens)
    expected = step(plain, before.detach(), tokens).square().sum()
    parameters = [p for name, p in plain.named_parameters() if name != 'slots']
    wanted = torch.autograd.grad(expected, [features, *parameters])
    slots = implicit([features])
    torch.testing.assert_close(slots, after)
    parameters = [p for p in implicit.parameters() if p.requires_grad]
    found = torch.autograd.grad(slots.square().sum(), [features, *parameters])
    assert len(found) == len(wanted)
    for value, other in zip(found, wanted):
        torch.testing.assert_close(value, other)
    assert not implicit.slots.requires_grad


def test_gaussian_slots_are_drawn_in_training_alone():
    module = build(init='gaussian')
    assert not torch.equal(module.first_slots(2), module.first_slots(2))
    module.eval()
    slots = module.first_slots(2)
    assert torch.equal(slots, module.first_slots(2))
    assert torch.equal(slots[0], slots[1])
    assert not torch.equal(slots[0, 0], slots[0, 1])
    assert 'test_noise' not in module.state_dict()


def test_mean_and_deviation_of_gaussian_slots_are_learned():
    module = build(init='gaussian', num_slots=4000)
    module.slot_mean.data.fill_(3.0)
    module.slot_log_std.data.fill_(0.5)
    slots = module.first_slots(1)
    assert abs(slots.mean() - 3) < 0.05
    assert abs(slots.std().log() - 0.5) < 0.02
    slots.square().sum().backward()
    assert (module.slot_log_std.grad > 0).all()


def test_feature_map_and_widths_come_from_the_config():
    module = MODELS.build(
        dict(
            type='SlotAttention',
            in_channels=4,
            num_slots=5,
            hidden_channels=12,
            in_index=1,
        )
    )
    assert module.mlp[0].out_features == 12
    maps = [torch.rand(1, 3, 8, 8), torch.rand(1, 4, 4, 4)]
    assert module(maps).shape == (1, 5, 4)


@pytest.mark.parametrize(
    'settings', [dict(num_slots=0),
                 dict(num_iters=0),
                 dict(init='zeros')]
)
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        build(**settings)
