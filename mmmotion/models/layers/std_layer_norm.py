"""Layer normalisation by the unbiased deviation."""

import torch
from torch import Tensor, nn


class StdLayerNorm(nn.Module):
    """Subtract the mean and divide by the standard deviation plus eps.

    torch's ``LayerNorm`` divides by the biased deviation and adds eps to the
    variance. The difference adds up over the layers of a transformer: weights
    that were trained with one do not give the same masks with the other.

    Args:
        channels: Channels C, at least 2.
        eps: Added to the deviation.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis of (..., C)."""
        std, mean = torch.std_mean(x, dim=-1, keepdim=True)
        return self.weight * (x - mean) / (std + self.eps) + self.bias
