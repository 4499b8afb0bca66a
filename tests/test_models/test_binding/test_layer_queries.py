import pytest
import torch

from mmmotion.models.layers import StdLayerNorm
from mmmotion.registry import MODELS


def build(**settings):
    torch.manual_seed(0)
    cfg = dict(
        type='LayerQueries',
        in_channels=8,
        num_queries=3,
        num_encoder_layers=1,
        num_decoder_layers=1,
        num_heads=2,
        mlp_channels=6,
    )
    return MODELS.build({**cfg, **settings}).eval()


def features(num_frames=4, num_clips=2):
    return (torch.randn(num_clips * num_frames, 8, 2, 3), )


def test_parameter_count_of_the_original():
    binding = MODELS.build(dict(type='LayerQueries'))
    assert sum(p.numel() for p in binding.parameters()) == 12_627_456


def test_cells_are_those_of_the_frames_in_their_order():
    binding = build(num_encoder_layers=0)
    maps = features()
    cells = binding(maps, 4).cells
    position = binding.encoder.position((4, 2, 3))
    expected = maps[0].view(2, 4, 8, 2, 3).permute(0, 1, 3, 4, 2) + position
    torch.testing.assert_close(cells, expected)


def test_queries_begin_as_layer_plus_time():
    queries = build(num_decoder_layers=0)
    found = queries(features(), 4).queries
    for k in range(3):
        for t, time in enumerate((-1.0, -1 / 3, 1 / 3, 1.0)):
            expected = queries.queries.weight[k] + queries.time.proj(
                torch.tensor([time])
            )
            torch.testing.assert_close(found[1, k, t], expected)


def test_queries_read_each_other_then_the_cells():
    binding = build()
    maps = features(num_clips=1)
    tokens = binding(maps, 4)
    layer = binding.layers[0]
    x = build(num_decoder_layers=0)
    x.load_state_dict(binding.state_dict(), strict=False)
    x = x(maps, 4).queries.flatten(1, 2)
    memory = tokens.cells.flatten(1, 3)
    x = layer.norms[0](x + layer.self_attention(x, x, x)[0])
    x = layer.norms[1](x + layer.cross_attention(x, memory, memory)[0])
    x = layer.norms[2](x + layer.mlp(x))
    torch.testing.assert_close(tokens.queries.flatten(1, 2), x)
    assert all(isinstance(norm, StdLayerNorm) for norm in layer.norms)


def test_clips_of_a_batch_do_not_meet():
    binding, maps = build(), features()
    both = binding(maps, 4)
    alone = binding((maps[0][:4], ), 4)
    for together, single in zip(both, alone):
        torch.testing.assert_close(together[:1], single)


def test_any_length_and_resolution_fits():
    binding = build()
    tokens = binding((torch.randn(7, 8, 3, 5), ), 7)
    assert tokens.queries.shape == (1, 3, 7, 8)
    assert tokens.cells.shape == (1, 7, 3, 5, 8)


@pytest.mark.parametrize(
    'settings, message', [
        (dict(num_queries=0), 'num_queries >= 1'),
        (dict(num_decoder_layers=-1), 'num_decoder_layers=-1'),
        (dict(in_channels=9), 'multiple of num_heads'),
    ]
)
def test_rejects_impossible_sizes(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)
