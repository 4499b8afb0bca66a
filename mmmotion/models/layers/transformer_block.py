"""Attention and feed-forward layers, each after a norm."""

from mmcv.cnn.bricks import DropPath
from torch import Tensor, nn

from .feed_forward import FeedForward
from .self_attention import SelfAttention

Projections = tuple[Tensor, Tensor, Tensor]


class TransformerBlock(nn.Module):
    """Block of a vision transformer, whose attention can be read.

    Args:
        embed_dims: Channels of a token.
        num_heads: Heads of the attention.
        hidden_dims: Channels between the feed-forward layers.
        drop_path: Probability that a sample skips a layer in training.
        eps: Added to the variance in the norms.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        hidden_dims: int,
        drop_path: float = 0.0,
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dims, eps=eps)
        self.attn = SelfAttention(embed_dims, num_heads)
        self.norm2 = nn.LayerNorm(embed_dims, eps=eps)
        self.mlp = FeedForward(embed_dims, hidden_dims)
        self.drop_path = DropPath(drop_path)

    def project(self, x: Tensor) -> Projections:
        """Queries, keys and values (B, heads, N, d) of (B, N, C) tokens."""
        return self.attn.project(self.norm1(x))

    def update(self, x: Tensor, projections: Projections) -> Tensor:
        """Finish the block.

        Args:
            x: (B, N, C) tokens.
            projections: What :meth:`project` returns for them.

        Returns:
            (B, N, C) tokens.
        """
        x = x + self.drop_path(self.attn.attend(*projections))
        return x + self.drop_path(self.mlp(self.norm2(x)))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, N, C) tokens to (B, N, C)."""
        return self.update(x, self.project(x))
