"""Where a cell lies in space and time, as a learned linear map."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class CoordinateEncoding(nn.Module):
    """Map coordinates from -1 to 1 to channels.

    The grid itself is no weight, so the module works for any length and
    resolution. The only coordinate of an axis of length 1 is -1.

    Args:
        num_axes: Number of axes of the grid.
        channels: Channels of the encoding.
    """

    def __init__(self, num_axes: int, channels: int) -> None:
        super().__init__()
        self.proj = nn.Linear(num_axes, channels)

    def forward(self, size: Sequence[int]) -> Tensor:
        """Compute the encoding.

        Args:
            size: Length of each axis, e.g. (T, h, w).

        Returns:
            (*size, C), to be added to the features of the cells.
        """
        like = self.proj.weight
        axes = [
            torch.linspace(-1, 1, n, device=like.device, dtype=like.dtype)
            for n in size
        ]
        grid = torch.meshgrid(*axes, indexing='ij')
        return self.proj(torch.stack(grid, dim=-1))
