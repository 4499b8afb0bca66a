"""Where a cell lies in the grid, as sines of many wavelengths."""

import math

import torch
from torch import Tensor

_BASE = 10000


def sine_position_encoding(
    size: tuple[int, int],
    channels: int,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> Tensor:
    """Encode the rows, then the columns, of a grid.

    Row i of h, counted from 1, has the angle ``2 * pi * i / h``, and channel
    j of its half is the sine (j even) or cosine (j odd) of the angle over
    ``10000 ** (2 * (j // 2) / (channels / 2))``.

    Source: Carion et al., "End-to-End Object Detection with Transformers",
    ECCV 2020, Appendix A.4, with coordinates scaled to the grid.

    Args:
        size: (h, w) of the grid.
        channels: Channels of the encoding, a multiple of 4.
        device: Where the encoding is made.
        dtype: Its type.

    Returns:
        (channels, h, w), to be added to the features of the cells.

    Raises:
        ValueError: If the channels are no multiple of 4.
    """
    if channels % 4:
        raise ValueError(f'channels must be a multiple of 4, got {channels}')
    half = channels // 2
    pairs = torch.arange(half // 2, device=device, dtype=torch.float32)
    wavelength = _BASE**(2 * pairs / half)
    axes = []
    for n in size:
        position = torch.arange(1, n + 1, device=device, dtype=torch.float32)
        angle = 2 * math.pi * position / (n + 1e-6)
        angle = angle / wavelength[:, None]
        axes.append(
            torch.stack([angle.sin(), angle.cos()], dim=1).flatten(0, 1)
        )
    y, x = axes
    grid = (half, *size)
    encoding = torch.cat([y[:, :, None].expand(grid), x[:, None].expand(grid)])
    return encoding.to(dtype) if dtype is not None else encoding
