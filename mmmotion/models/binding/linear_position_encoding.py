"""Where a cell lies in the grid, as a learned linear map."""

import torch
from torch import Tensor, nn


class LinearPositionEncoding(nn.Module):
    """Map the distances to the four sides of the grid to channels.

    Source: Locatello et al., "Object-Centric Learning with Slot Attention",
    NeurIPS 2020, Appendix E.2. The grid itself is no weight, so the module
    works at any resolution.

    Args:
        channels: Channels of the encoding.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(4, channels)

    def forward(self, size: tuple[int, int]) -> Tensor:
        """Compute the encoding.

        Args:
            size: (h, w) of the grid.

        Returns:
            (h, w, C), to be added to the features of the cells.
        """
        like = self.proj.weight
        y, x = (
            torch.linspace(0, 1, n, device=like.device, dtype=like.dtype)
            for n in size
        )
        y = y[:, None].expand(size)
        x = x.expand(size)
        return self.proj(torch.stack([y, x, 1 - y, 1 - x], dim=-1))
