"""One layer of a transformer decoder."""

from collections.abc import Callable

from torch import Tensor, nn


class QueryLayer(nn.Module):
    """Attention among the queries, attention to the cells, two layers.

    Each is added to the queries and normalised. torch's own decoder layer
    cannot add the positions to queries and keys alone.

    Args:
        channels: Channels C of queries and cells, a multiple of
            ``num_heads``.
        num_heads: Number of attention heads.
        mlp_channels: Width of the network of two layers.
        dropout: Share of activations and attention that training sets to
            zero.
        norm: Makes a normalisation of C channels.
    """

    def __init__(
        self,
        channels: int,
        num_heads: int,
        mlp_channels: int,
        dropout: float,
        norm: Callable[[int], nn.Module] = nn.LayerNorm,
    ) -> None:
        super().__init__()
        self.self_attention = nn.MultiheadAttention(
            channels, num_heads, dropout, batch_first=True
        )
        self.cross_attention = nn.MultiheadAttention(
            channels, num_heads, dropout, batch_first=True
        )
        self.mlp = nn.Sequential(
            nn.Linear(channels, mlp_channels),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(mlp_channels, channels),
        )
        self.norms = nn.ModuleList(norm(channels) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        query_position: Tensor | None,
        key: Tensor,
        value: Tensor,
    ) -> Tensor:
        """Update the queries.

        Args:
            x: (B, K, C) queries.
            query_position: (K, C) or (B, K, C), what tells them apart; None if
                the queries hold it already.
            key: (B, N, C) cells with their positions.
            value: (B, N, C) cells.
        """
        query = x if query_position is None else x + query_position
        read, _ = self.self_attention(query, query, x, need_weights=False)
        x = self.norms[0](x + self.dropout(read))
        query = x if query_position is None else x + query_position
        read, _ = self.cross_attention(query, key, value, need_weights=False)
        x = self.norms[1](x + self.dropout(read))
        return self.norms[2](x + self.dropout(self.mlp(x)))
