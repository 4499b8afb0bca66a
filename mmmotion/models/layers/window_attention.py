"""Attention within windows of a feature map."""

import torch
from torch import Tensor, nn

from .self_attention import SelfAttention


def split_windows(x: Tensor, size: int) -> Tensor:
    """Cut a map into windows.

    Args:
        x: (B, H, W, C) map, H and W multiples of ``size``.
        size: Side of the windows.

    Returns:
        (B * windows, size**2, C) tokens, windows row by row.
    """
    x = x.unflatten(2, (-1, size)).unflatten(1, (-1, size))
    return x.transpose(2, 3).flatten(3, 4).flatten(0, 2)


def join_windows(windows: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Put together what :func:`split_windows` cut.

    Args:
        windows: (B * windows, size**2, C) tokens.
        shape: B, H and W of the map.

    Returns:
        (B, H, W, C) map.
    """
    size = round(windows.shape[1]**0.5)
    batch, height, width = shape
    grid = (batch, height // size, width // size, size, size)
    x = windows.unflatten(1, grid[3:]).unflatten(0, grid[:3])
    return x.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def shifted_window_mask(
    height: int, width: int, size: int, shift: int, device: torch.device
) -> Tensor:
    """Hide tokens that only a cyclic shift brings into the same window.

    Args:
        height: Rows of the map, a multiple of ``size``.
        width: Columns of the map, a multiple of ``size``.
        size: Side of the windows.
        shift: Cells by which the map has been rolled.
        device: Where the mask lies.

    Returns:
        (windows, size**2, size**2), -100 for pairs of tokens that are no
        neighbours in the map and 0 otherwise.
    """
    parts = []
    for length in (height, width):
        part = torch.zeros(length, device=device)
        part[length - size:] = 1
        part[length - shift:] = 2
        parts.append(part)
    regions = 3 * parts[0][:, None] + parts[1]
    regions = split_windows(regions[None, :, :, None], size)[..., 0]
    return -100.0 * (regions[:, None] != regions[:, :, None]).float()


class WindowAttention(SelfAttention):
    """Attention in windows, with a learned score for each displacement.

    Source: Liu et al., "Swin Transformer", ICCV 2021, Eq. 4.

    Args:
        embed_dims: Channels of a token.
        num_heads: Number of heads.
        window_size: Side of the windows.
    """

    relative_position_index: Tensor

    def __init__(
        self, embed_dims: int, num_heads: int, window_size: int
    ) -> None:
        super().__init__(embed_dims, num_heads)
        span = 2 * window_size - 1
        self.relative_position_bias_table = nn.Parameter(
            torch.zeros(span**2, num_heads)
        )
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)
        cells = torch.arange(window_size)
        rows, columns = torch.meshgrid(cells, cells, indexing='ij')
        flat = span * rows.flatten() + columns.flatten()
        center = (span + 1) * (window_size - 1)
        self.register_buffer(
            'relative_position_index',
            flat[:, None] - flat[None] + center,
            persistent=False,
        )

    def position_bias(self) -> Tensor:
        """Score (heads, N, N) of every pair of tokens of a window."""
        bias = self.relative_position_bias_table[self.relative_position_index]
        return bias.permute(2, 0, 1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let the tokens of each window attend to each other.

        Args:
            x: (B * windows, N, C) tokens.
            mask: (windows, N, N), added to the scores.

        Returns:
            (B * windows, N, C) tokens.
        """
        bias = self.position_bias()[None]
        if mask is not None:
            bias = bias + mask[:, None]
            bias = bias.repeat(len(x) // len(mask), 1, 1, 1)
        return self.attend(*self.project(x), bias)
