"""Learned queries that read a feature map by attention."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from .query_layer import QueryLayer
from .sine_position_encoding import sine_position_encoding


@MODELS.register_module()
class QueryDecoder(BaseModule):
    """Bind the cells of a feature map to learned queries.

    A transformer decoder without encoder: in every layer the queries attend
    to each other and to the cells, and a network of two layers updates them.

    Source: Carion et al., "End-to-End Object Detection with Transformers",
    ECCV 2020, in the form of Cheng et al., "Per-Pixel Classification is Not
    All You Need for Semantic Segmentation", NeurIPS 2021 (MaskFormer).

    Args:
        in_channels: Channels of the feature map.
        channels: Channels C of the queries, a multiple of 4 and of
            ``num_heads``.
        num_queries: Number of queries K.
        num_layers: Number of layers.
        num_heads: Number of attention heads.
        mlp_channels: Width of the networks of two layers.
        dropout: Share of activations that training sets to zero.
        in_index: Position of the feature map in the encoder's output, finest
            first.
        init_cfg: Initialisation as in mmengine; by default Xavier's for the
            matrices and a normal one for the queries.

    Raises:
        ValueError: If a number is below 1, or the channels cannot be divided.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 256,
        num_queries: int = 4,
        num_layers: int = 6,
        num_heads: int = 8,
        mlp_channels: int = 2048,
        dropout: float = 0.1,
        in_index: int = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_queries < 1 or num_layers < 1:
            raise ValueError(
                'num_queries and num_layers must be at least 1, got '
                f'num_queries={num_queries} and num_layers={num_layers}'
            )
        if channels % 4 or channels % num_heads:
            raise ValueError(
                'channels must be a multiple of 4 and of num_heads, got '
                f'channels={channels} and num_heads={num_heads}'
            )
        self.num_queries = num_queries
        self.in_index = in_index
        self.project = nn.Conv2d(in_channels, channels, 1)
        self.queries = nn.Embedding(num_queries, channels)
        self.layers = nn.ModuleList(
            QueryLayer(channels, num_heads, mlp_channels, dropout)
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(channels)
        self._initialise()

    def _initialise(self) -> None:
        nn.init.kaiming_uniform_(self.project.weight, a=1)
        assert self.project.bias is not None
        nn.init.zeros_(self.project.bias)
        for parameter in self.layers.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Bind a feature map.

        Args:
            features: Feature maps (B, C', h, w) of the encoder, finest first.

        Returns:
            (B, K, C) queries, one for each group.
        """
        cells = self.project(features[self.in_index])
        position = sine_position_encoding(
            (cells.shape[-2], cells.shape[-1]),
            cells.shape[1],
            cells.device,
            cells.dtype,
        )
        value = cells.flatten(2).transpose(1, 2)
        key = (cells + position).flatten(2).transpose(1, 2)
        query_position = self.queries.weight.expand(len(cells), -1, -1)
        x = query_position.new_zeros(query_position.shape)
        for layer in self.layers:
            x = layer(x, query_position, key, value)
        return self.norm(x)
