import torch
from torch import nn

from mmmotion.models.binding.space_time_encoder import SpaceTimeEncoder

SIZE = (2, 3, 2, 4)  # B, T, h, w


def build(**settings):
    settings = dict(num_layers=1, num_heads=2, mlp_channels=6) | settings
    return SpaceTimeEncoder(8, **settings).double().eval()


def cells(size=SIZE):
    return torch.randn(*size, 8, dtype=torch.float64)


def attend(layer, x, seen):
    """One layer in loops over cells, each of which reads those it sees."""
    out = []
    parts = layer.attention.qkv(x).split(8, dim=-1)
    queries, keys, values = (p.unflatten(-1, (2, 4)) for p in parts)
    for i in range(len(x)):
        heads = []
        for h in range(2):
            scores = keys[seen[i], h] @ queries[i, h] / 2
            heads.append(scores.softmax(0) @ values[seen[i], h])
        out.append(torch.cat(heads))
    x = layer.norms[0](x + layer.attention.proj(torch.stack(out)))
    return layer.norms[1](x + layer.mlp(x))


def test_cells_read_the_cells_of_all_other_frames():
    encoder, x = build(), cells()
    frame = torch.arange(3).repeat_interleave(8)
    seen = [(frame != f).nonzero()[:, 0] for f in frame]
    for found, clip in zip(encoder(x), x):
        tokens = (clip + encoder.position((3, 2, 4))).flatten(0, 2)
        expected = attend(encoder.layers[0], tokens, seen)
        torch.testing.assert_close(found.flatten(0, 2), expected)


def test_one_frame_does_not_reach_its_own_cells():
    encoder, x = build(), cells()
    other = x.clone()
    other[:, 1, 0, 0] += 1
    found = (encoder(x) - encoder(other)).abs().amax(dim=-1) > 0
    assert found[:, [0, 2]].all()
    assert found[:, 1].sum(dim=(1, 2)).tolist() == [1, 1]
    found = build(sees_own_frame=True)
    changed = (found(x) - found(other)).abs().amax(dim=-1) > 0
    assert changed.all()


def test_the_cells_of_a_single_frame_average_over_it():
    encoder, x = build(), cells((1, 1, 2, 4))
    layer = encoder.layers[0]
    with torch.no_grad():
        layer.attention.qkv.weight[:8] *= 100  # scores of any size
    tokens = (x[0] + encoder.position((1, 2, 4))).flatten(0, 2)
    values = layer.attention.qkv(tokens)[:, 16:].mean(dim=0)
    expected = layer.norms[0](tokens + layer.attention.proj(values))
    expected = layer.norms[1](expected + layer.mlp(expected))
    torch.testing.assert_close(encoder(x)[0].flatten(0, 2), expected)


def test_a_single_frame_has_a_gradient():
    encoder = build()
    x = cells((1, 1, 2, 4)).requires_grad_()
    encoder(x).sin().sum().backward()
    assert x.grad.isfinite().all()
    grads = [p.grad for p in encoder.parameters()]
    assert all(grad.isfinite().all() for grad in grads)


def test_attention_starts_without_bias():
    for layer in build(num_layers=2).layers:
        assert isinstance(layer.attention.qkv, nn.Linear)
        assert not layer.attention.qkv.bias.any()
