"""Queries that each follow one layer through a clip."""

from collections.abc import Sequence
from typing import NamedTuple

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import StdLayerNorm
from .coordinate_encoding import CoordinateEncoding
from .query_layer import QueryLayer
from .space_time_encoder import SpaceTimeEncoder


class LayerTokens(NamedTuple):
    """What the queries know of a clip.

    Attributes:
        queries: (B, K, T, C) one token per layer and frame.
        cells: (B, T, h, w, C) the feature maps after attention in space and
            time.
    """

    queries: Tensor
    cells: Tensor


@MODELS.register_module()
class LayerQueries(BaseModule):
    """Bind the frames of a clip to layers, each of which is one object.

    The cells of all frames exchange what they know, and one query for each
    layer and frame reads them: a learned vector for the layer, plus a linear
    map of the time.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the
    form of its release. With the defaults it has 12,627,456 parameters.

    Args:
        in_channels: Channels C of the feature map, of cells and of queries, a
            multiple of ``num_heads``.
        num_queries: Number of layers K.
        num_encoder_layers: Number of layers of attention among the cells.
        num_decoder_layers: Number of layers by which the queries read them.
        num_heads: Number of attention heads.
        mlp_channels: Width of the networks of two layers.
        dropout: Share of activations and attention that training sets to
            zero.
        sees_own_frame: Whether cells see the cells of their own frame, as in
            the paper, or only those of the others.
        in_index: Position of the feature map in the encoder's output, finest
            first.
        init_cfg: Initialisation as in mmengine; by default a normal one for
            the queries, Xavier's for what attention reads, and torch's.

    Raises:
        ValueError: If a number is negative, there is no query, or the
            channels cannot be divided.
    """

    def __init__(
        self,
        in_channels: int = 512,
        num_queries: int = 3,
        num_encoder_layers: int = 3,
        num_decoder_layers: int = 3,
        num_heads: int = 8,
        mlp_channels: int = 512,
        dropout: float = 0.1,
        sees_own_frame: bool = False,
        in_index: int = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_queries < 1 or min(num_encoder_layers, num_decoder_layers) < 0:
            raise ValueError(
                'expected num_queries >= 1, num_encoder_layers >= 0 and '
                f'num_decoder_layers >= 0, got num_queries={num_queries}, '
                f'num_encoder_layers={num_encoder_layers} and '
                f'num_decoder_layers={num_decoder_layers}'
            )
        if in_channels % num_heads:
            raise ValueError(
                'in_channels must be a multiple of num_heads, got '
                f'in_channels={in_channels} and num_heads={num_heads}'
            )
        self.num_queries = num_queries
        self.in_index = in_index
        self.encoder = SpaceTimeEncoder(
            in_channels,
            num_encoder_layers,
            num_heads,
            mlp_channels,
            dropout,
            sees_own_frame,
        )
        self.queries = nn.Embedding(num_queries, in_channels)
        self.time = CoordinateEncoding(1, in_channels)
        self.layers = nn.ModuleList(
            QueryLayer(
                in_channels, num_heads, mlp_channels, dropout, StdLayerNorm
            ) for _ in range(num_decoder_layers)
        )
        for module in self.layers.modules():
            if isinstance(module, nn.MultiheadAttention):
                module.out_proj.reset_parameters()

    def forward(
        self, features: Sequence[Tensor], num_frames: int
    ) -> LayerTokens:
        """Bind clips.

        Args:
            features: Feature maps (B * T, C, h, w) of the encoder, finest
                first, frame by frame.
            num_frames: T, frames of a clip.

        Returns:
            Queries and cells.
        """
        cells = features[self.in_index].unflatten(0, (-1, num_frames))
        cells = self.encoder(cells.permute(0, 1, 3, 4, 2))
        queries = self.queries.weight[:, None] + self.time((num_frames, ))
        x = queries.flatten(0, 1).expand(len(cells), -1, -1)
        memory = cells.flatten(1, 3)
        for layer in self.layers:
            x = layer(x, None, memory, memory)
        return LayerTokens(x.unflatten(1, queries.shape[:2]), cells)
