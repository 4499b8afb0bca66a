"""Attention of tokens to each other."""

import torch.nn.functional as F
from torch import Tensor, nn


def attention_weights(queries: Tensor, keys: Tensor) -> Tensor:
    """Share that every key has in the answer to every query.

    Args:
        queries: (..., N, d) queries.
        keys: (..., M, d) keys.

    Returns:
        (..., N, M) weights, which add up to 1 over M.
    """
    scaled = queries * queries.shape[-1]**-0.5
    return (scaled @ keys.transpose(-2, -1)).softmax(dim=-1)


class SelfAttention(nn.Module):
    """Multi-head attention whose projections can be read.

    One linear layer makes queries, keys and values, in this order.

    Args:
        embed_dims: Channels of a token.
        num_heads: Number of heads.
        dropout: Share of the weights that training sets to zero.

    Raises:
        ValueError: If the channels cannot be shared among the heads.
    """

    def __init__(
        self, embed_dims: int, num_heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        if num_heads < 1 or embed_dims % num_heads:
            raise ValueError(
                'embed_dims must be a multiple of num_heads, got '
                f'embed_dims={embed_dims} and num_heads={num_heads}'
            )
        self.num_heads = num_heads
        self.dropout = dropout
        self.qkv = nn.Linear(embed_dims, 3 * embed_dims)
        self.proj = nn.Linear(embed_dims, embed_dims)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute queries, keys and values.

        Args:
            x: (B, N, C) tokens.

        Returns:
            Three tensors (B, heads, N, C / heads).
        """
        projections = self.qkv(x).unflatten(-1, (3, self.num_heads, -1))
        queries, keys, values = projections.permute(2, 0, 3, 1, 4).unbind(0)
        return queries, keys, values

    def attend(
        self,
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        bias: Tensor | None = None,
    ) -> Tensor:
        """Average the values and mix the heads.

        Args:
            queries: (B, heads, N, d).
            keys: (B, heads, N, d).
            values: (B, heads, N, d).
            bias: Added to the scores before the softmax; its shape
                broadcasts to (B, heads, N, N).

        Returns:
            (B, N, C) tokens.
        """
        x = F.scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=bias,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.proj(x.transpose(1, 2).flatten(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, N, C) tokens to (B, N, C)."""
        return self.attend(*self.project(x))
