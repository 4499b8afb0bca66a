"""The two linear layers of a transformer block."""

import torch.nn.functional as F
from torch import Tensor, nn


class FeedForward(nn.Module):
    """Widen every token, apply GELU (by erf) and narrow it again.

    Args:
        embed_dims: Channels of a token.
        hidden_dims: Channels in between.
    """

    def __init__(self, embed_dims: int, hidden_dims: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(embed_dims, hidden_dims)
        self.fc2 = nn.Linear(hidden_dims, embed_dims)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., C) tokens to (..., C)."""
        return self.fc2(F.gelu(self.fc1(x)))
