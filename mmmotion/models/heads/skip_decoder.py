"""The expanding path of a U-Net."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..layers import ConvBlock


class _Stage(nn.Module):
    """Double the size, append the skip connection, convolve twice."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        norm: str | dict | None,
        negative_slope: float,
    ) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)
        widths = (2 * out_channels, out_channels)
        self.convs = nn.Sequential(
            *(
                ConvBlock(
                    width,
                    out_channels,
                    kernel_size=3,
                    norm=norm,
                    bias=False,
                    negative_slope=negative_slope,
                ) for width in widths
            )
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Join (B, C', h, w) and (B, C, 2h, 2w)."""
        return self.convs(torch.cat([self.up(x), skip], dim=1))


class SkipDecoder(nn.Module):
    """Enlarge a map step by step, with the finer maps of an encoder.

    Source: Ronneberger et al., "U-Net", MICCAI 2015, with padded
    convolutions without bias.

    Args:
        in_channels: Channels of the maps, finest first.
        out_channels: Channels of the result.
        norm: ``'instance'``, the config of a normalisation layer, or None.
        negative_slope: Slope of the ReLUs below zero.

    Raises:
        ValueError: If there are fewer than two maps.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        norm: str | dict | None = 'instance',
        negative_slope: float = 0.01,
    ) -> None:
        super().__init__()
        if len(in_channels) < 2:
            raise ValueError(
                f'expected at least two maps, got in_channels={in_channels}'
            )
        widths = list(reversed(in_channels))
        self.stages = nn.ModuleList(
            _Stage(old, new, norm, negative_slope)
            for old, new in pairwise(widths)
        )
        self.conv = nn.Conv2d(in_channels[0], out_channels, 1)

    def forward(self, x: Tensor, skips: Sequence[Tensor]) -> Tensor:
        """Decode a map.

        Args:
            x: (B, C, h, w) coarsest map.
            skips: The other maps, finest first; each is twice as large as
                the next one.

        Returns:
            (B, C', H, W), the size of the finest map.

        Raises:
            ValueError: If a map is not twice as large as the next one.
        """
        for stage, skip in zip(self.stages, reversed(skips), strict=True):
            if any(2 * a != b for a, b in zip(x.shape[-2:], skip.shape[-2:])):
                multiple = 2**len(self.stages)
                raise ValueError(
                    f'a map of {tuple(skip.shape[-2:])} cannot be halved: '
                    f'the sides of the input must be multiples of {multiple}; '
                    'add a transform that resizes it'
                )
            x = stage(x, skip)
        return self.conv(x)
