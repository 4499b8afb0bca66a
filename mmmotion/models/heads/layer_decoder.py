"""Layer queries to mask logits."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from .skip_decoder import SkipDecoder


def heat_maps(queries: Tensor, cells: Tensor, num_heads: int) -> Tensor:
    """Compare every query with the cells of its frame, head by head.

    Args:
        queries: (B, K, T, C).
        cells: (B, T, h, w, C).
        num_heads: Number G of parts of C, each of which makes a map.

    Returns:
        (B, T, h, w, K * G) inner products, the maps of a query together.
    """
    parts = (num_heads, -1)
    rows = queries.transpose(1, 2).unflatten(-1, parts)
    b, t, k, g, _ = rows.shape
    rows = rows.permute(0, 1, 3, 4, 2)
    columns = cells.unflatten(-1, parts).flatten(2, 3).transpose(2, 3)
    maps = (columns @ rows).permute(0, 1, 3, 4, 2)
    return maps.reshape(b, t, *cells.shape[2:4], k * g)


@MODELS.register_module()
class LayerDecoder(BaseModule):
    """Decode the heat maps of the queries, with the encoder's finer maps.

    Nothing but training ties a mask to the query of the same index: the maps
    of all queries are mixed.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the
    form of its release: inner products with the final queries, where the
    paper takes the attention of the last layer.

    Args:
        in_channels: Channels of the encoder's maps, finest first; the last
            are those of the queries.
        num_queries: Number of queries K, and of masks.
        num_heads: Heat maps per query.
        norm: ``'instance'``, the config of a normalisation layer, or None.
        negative_slope: Slope of the ReLUs below zero.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Raises:
        ValueError: If there are fewer than two maps, or the channels cannot
            be divided.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (32, 64, 128, 256, 512),
        num_queries: int = 3,
        num_heads: int = 8,
        norm: str | dict | None = 'instance',
        negative_slope: float = 0.01,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if in_channels[-1] % num_heads:
            raise ValueError(
                'the last of in_channels must be a multiple of num_heads, got '
                f'in_channels={in_channels} and num_heads={num_heads}'
            )
        self.num_heads = num_heads
        self.mix = nn.Sequential(
            nn.Linear(num_queries * num_heads, in_channels[-1]), nn.ReLU()
        )
        self.decoder = SkipDecoder(
            in_channels, num_queries, norm, negative_slope
        )

    def forward(
        self, queries: Tensor, cells: Tensor, skips: Sequence[Tensor]
    ) -> Tensor:
        """Compute the logits of whole shapes.

        Args:
            queries: (B, K, T, C).
            cells: (B, T, h, w, C).
            skips: Maps (B * T, C_i, H / 2**i, W / 2**i) of the encoder,
                finest first, without the coarsest.

        Returns:
            (B, T, K, H, W) logits.
        """
        x = self.mix(heat_maps(queries, cells, self.num_heads))
        logits = self.decoder(x.flatten(0, 1).permute(0, 3, 1, 2), skips)
        return logits.unflatten(0, cells.shape[:2])
