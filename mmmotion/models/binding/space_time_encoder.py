"""Attention among the cells of all frames of a clip."""

import torch
from torch import Tensor, nn

from ..layers import SelfAttention, StdLayerNorm
from .coordinate_encoding import CoordinateEncoding


class _CellLayer(nn.Module):
    """Attention among the cells and two layers, each added and normalised."""

    def __init__(
        self, channels: int, num_heads: int, mlp_channels: int, dropout: float
    ) -> None:
        super().__init__()
        self.attention = SelfAttention(channels, num_heads, dropout)
        nn.init.xavier_uniform_(self.attention.qkv.weight)
        nn.init.zeros_(self.attention.qkv.bias)
        self.mlp = nn.Sequential(
            nn.Linear(channels, mlp_channels),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(mlp_channels, channels),
        )
        self.norms = nn.ModuleList(StdLayerNorm(channels) for _ in range(2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor | None) -> Tensor:
        """Update the cells.

        Args:
            x: (B, N, C) cells.
            hidden: (N, N) bool, cells (columns) that each cell (row) does not
                see. A cell that sees none averages over all.
        """
        queries, keys, values = self.attention.project(x)
        bias = None
        if hidden is not None:
            blind = hidden.all(dim=1)
            queries = queries.masked_fill(blind[:, None], 0)
            hidden = hidden & ~blind[:, None]
            bias = torch.zeros_like(hidden, dtype=x.dtype)
            bias = bias.masked_fill(hidden, -torch.inf)
        read = self.attention.attend(queries, keys, values, bias)
        x = self.norms[0](x + self.dropout(read))
        return self.norms[1](x + self.dropout(self.mlp(x)))


class SpaceTimeEncoder(nn.Module):
    """Let every cell of a clip read the cells of the other frames.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022. As in
    its release, and unlike the paper, cells do not see their own frame.

    Args:
        channels: Channels C of the cells, a multiple of ``num_heads``.
        num_layers: Number of layers.
        num_heads: Number of attention heads.
        mlp_channels: Width of the networks of two layers.
        dropout: Share of activations and attention that training sets to
            zero.
        sees_own_frame: Whether cells see the cells of their own frame too.
    """

    def __init__(
        self,
        channels: int,
        num_layers: int = 3,
        num_heads: int = 8,
        mlp_channels: int = 512,
        dropout: float = 0.1,
        sees_own_frame: bool = False,
    ) -> None:
        super().__init__()
        self.sees_own_frame = sees_own_frame
        self.position = CoordinateEncoding(3, channels)
        self.layers = nn.ModuleList(
            _CellLayer(channels, num_heads, mlp_channels, dropout)
            for _ in range(num_layers)
        )

    def forward(self, cells: Tensor) -> Tensor:
        """Update the cells.

        Args:
            cells: (B, T, h, w, C) cells of T frames.

        Returns:
            (B, T, h, w, C).
        """
        size = cells.shape[1:4]
        x = (cells + self.position(size)).flatten(1, 3)
        hidden = None
        if not self.sees_own_frame:
            frame = torch.arange(size[0], device=x.device)
            frame = frame.repeat_interleave(size[1] * size[2])
            hidden = frame[:, None] == frame
        for layer in self.layers:
            x = layer(x, hidden)
        return x.unflatten(1, size)
