import pytest
import torch

from mmmotion.models.heads import heat_maps
from mmmotion.registry import MODELS


def test_heat_maps_are_inner_products_within_a_frame():
    queries = torch.randn(2, 3, 4, 6)
    cells = torch.randn(2, 4, 2, 5, 6)
    maps = heat_maps(queries, cells, num_heads=2)
    assert maps.shape == (2, 4, 2, 5, 6)
    for k in range(3):
        for head in range(2):
            part = slice(3 * head, 3 * head + 3)
            expected = torch.einsum(
                'btc,btyxc->btyx', queries[:, k, :, part], cells[..., part]
            )
            torch.testing.assert_close(maps[..., 2 * k + head], expected)


def build():
    return MODELS.build(
        dict(
            type='LayerDecoder',
            in_channels=(2, 4, 6),
            num_queries=3,
            num_heads=2,
        )
    )


def test_masks_come_from_heat_maps_and_skips():
    decoder = build()
    queries, cells = torch.randn(2, 3, 4, 6), torch.randn(2, 4, 2, 5, 6)
    skips = [torch.randn(8, 2, 8, 20), torch.randn(8, 4, 4, 10)]
    logits = decoder(queries, cells, skips)
    assert logits.shape == (2, 4, 3, 8, 20)
    maps = decoder.mix(heat_maps(queries, cells, 2))
    frame = decoder.decoder(
        maps[1, 2].permute(2, 0, 1)[None], [skip[6:7] for skip in skips]
    )
    torch.testing.assert_close(logits[1, 2], frame[0])


def test_rejects_channels_that_heads_cannot_share():
    with pytest.raises(ValueError, match='multiple of num_heads'):
        MODELS.build(
            dict(type='LayerDecoder', in_channels=(2, 5), num_heads=2)
        )
