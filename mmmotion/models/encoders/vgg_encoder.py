"""A plain stack of convolutions with large kernels."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import ConvBlock


@MODELS.register_module()
class VGGEncoder(BaseModule):
    """Two convolutions per size, which a maximum over 2x2 pixels halves.

    Source: the encoder of Yang et al., "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021, Section 3.1: kernels of 5x5
    and instance normalisation, so that what it sees does not depend on
    statistics of other samples. With the defaults it has 3,181,888
    parameters. With kernels of 3x3, it is the contracting path of a U-Net.

    Args:
        in_channels: Channels of the input.
        channels: Channels at full size, half, a quarter and so on.
        kernel_size: Side of the kernels, odd.
        norm: ``'instance'``, the config of a normalisation layer, or None.
        bias: Whether the convolutions add a bias.
        negative_slope: Slope of the ReLUs below zero.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Attributes:
        out_channels: Channels of the returned maps, finest first.

    Raises:
        ValueError: If there are no channels or the kernel is even.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: Sequence[int] = (64, 128, 256),
        kernel_size: int = 5,
        norm: str | dict | None = 'instance',
        bias: bool = True,
        negative_slope: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not channels:
            raise ValueError(f'channels must not be empty, got {channels}')
        self.out_channels = tuple(channels)
        self.stages = nn.ModuleList()
        settings: dict[str, Any] = dict(  # of several types
            kernel_size=kernel_size,
            norm=norm,
            bias=bias,
            negative_slope=negative_slope,
        )
        for width in channels:
            self.stages.append(
                nn.Sequential(
                    ConvBlock(in_channels, width, **settings),
                    ConvBlock(width, width, **settings),
                )
            )
            in_channels = width

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature maps.

        Args:
            x: (B, C, H, W) image or colour-coded flow.

        Returns:
            One map (B, ``out_channels[i]``, H / 2**i, W / 2**i) per stage,
            sizes rounded up, finest first.
        """
        maps: list[Tensor] = []
        for stage in self.stages:
            if maps:
                x = F.max_pool2d(x, 2, ceil_mode=True)
            x = stage(x)
            maps.append(x)
        return tuple(maps)
