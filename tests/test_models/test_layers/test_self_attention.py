import pytest
import torch

from mmmotion.models.layers import SelfAttention, attention_weights


def test_fused_attention_equals_its_definition():
    attention = SelfAttention(12, 3).double()
    x = torch.rand(2, 7, 12, dtype=torch.float64)
    queries, keys, values = attention.qkv(x).split(12, dim=-1)
    heads = []
    for head in range(3):
        part = slice(4 * head, 4 * head + 4)
        scores = queries[..., part] @ keys[..., part].mT / 2
        heads.append(scores.softmax(dim=-1) @ values[..., part])
    expected = attention.proj(torch.cat(heads, dim=-1))
    torch.testing.assert_close(attention(x), expected)


def test_weights_are_those_of_the_fused_attention():
    attention = SelfAttention(12, 3)
    queries, keys, values = attention.project(torch.rand(2, 7, 12))
    weights = attention_weights(queries, keys)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 3, 7))
    mixed = attention.proj((weights @ values).transpose(1, 2).flatten(2))
    torch.testing.assert_close(attention.attend(queries, keys, values), mixed)


def test_a_bias_hides_tokens():
    attention = SelfAttention(12, 3)
    x = torch.rand(1, 7, 12)
    bias = torch.zeros(7)
    bias[4:] = -torch.inf
    projections = attention.project(x)
    found = attention.attend(*projections, bias.expand(7, 7))
    seen = [projections[0]] + [part[:, :, :4] for part in projections[1:]]
    torch.testing.assert_close(found, attention.attend(*seen))


def test_training_alone_drops_attention():
    attention = SelfAttention(12, 3, dropout=0.5)
    x = torch.rand(1, 7, 12)
    assert not torch.equal(attention(x), attention(x))
    attention.eval()
    assert torch.equal(attention(x), attention(x))


@pytest.mark.parametrize('num_heads', [0, 5])
def test_rejects_heads_that_do_not_share_the_channels(num_heads):
    with pytest.raises(ValueError, match='multiple of num_heads'):
        SelfAttention(12, num_heads)
