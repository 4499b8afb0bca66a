"""Feature maps of several sizes to one fine map."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class MultiScalePixelDecoder(BaseModule):
    """Merge the encoder's maps from the coarsest to the finest, then enlarge.

    Each step enlarges what there is to the size of the next finer map
    (nearest neighbour), adds that map and convolves. ``num_upsamplings``
    times the result is convolved, doubled in size and mixed by a 1x1
    convolution *with padding 1*, so that the map grows by a ring of one cell,
    which enters the statistics of the norm. Of a finest map (h, w) two
    upsamplings make (4h + 6, 4w + 6).

    Source: Cheng et al., "Per-Pixel Classification is Not All You Need for
    Semantic Segmentation", NeurIPS 2021 (``num_upsamplings=0``), with the
    upsamplings of the release of Choudhury et al., "Guess What Moves", BMVC
    2022. As in that release a single norm serves the coarsest map and every
    convolution of the upsamplings.

    Args:
        in_channels: Channels of the encoder's maps, finest first.
        channels: Channels of every map inside and of the result, a multiple
            of ``num_norm_groups``.
        num_upsamplings: How often the finest map is doubled.
        num_norm_groups: Number of groups of the group normalisation.
        init_cfg: Initialisation as in mmengine; by default Kaiming's uniform
            one for the merging, torch's own for the rest.

    Raises:
        ValueError: If there are no maps, or a number is out of range.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int = 256,
        num_upsamplings: int = 0,
        num_norm_groups: int = 32,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not in_channels or num_upsamplings < 0:
            raise ValueError(
                'expected in_channels and num_upsamplings >= 0, got '
                f'in_channels={in_channels} and '
                f'num_upsamplings={num_upsamplings}'
            )
        if num_norm_groups < 1 or channels % num_norm_groups:
            raise ValueError(
                'channels must be a multiple of num_norm_groups, got '
                f'channels={channels} and num_norm_groups={num_norm_groups}'
            )
        *finer, coarsest = in_channels
        self.channels = channels
        self.num_norm_groups = num_norm_groups
        self.coarsest = self._conv(coarsest, 3)
        self.norm = nn.GroupNorm(num_norm_groups, channels)
        self.laterals = nn.ModuleList(
            self._conv_norm(width, 1) for width in finer
        )
        self.merges = nn.ModuleList(
            self._conv_norm(channels, 3) for _ in finer
        )
        for part in (self.coarsest, self.laterals, self.merges):
            for parameter in part.parameters():
                if parameter.dim() > 1:
                    nn.init.kaiming_uniform_(parameter, a=1)
        self.up_convs = nn.ModuleList(
            self._conv(channels, 3) for _ in range(num_upsamplings)
        )
        self.up_mixes = nn.ModuleList(
            nn.Conv2d(channels, channels, 1, padding=1, bias=False)
            for _ in range(num_upsamplings)
        )
        self.last = nn.Conv2d(channels, channels, 3, padding=1)

    def _conv(self, in_channels: int, kernel_size: int) -> nn.Conv2d:
        """Convolution that keeps the size; a norm brings the bias."""
        return nn.Conv2d(
            in_channels,
            self.channels,
            kernel_size,
            padding=kernel_size // 2,
            bias=False,
        )

    def _conv_norm(self, in_channels: int, kernel_size: int) -> nn.Sequential:
        return nn.Sequential(
            self._conv(in_channels, kernel_size),
            nn.GroupNorm(self.num_norm_groups, self.channels),
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Compute the features of the pixels.

        Args:
            features: Feature maps (B, ``in_channels[i]``, h, w) of the
                encoder, finest first.

        Returns:
            (B, C, h', w') features.

        Raises:
            ValueError: If there are more or fewer maps than ``in_channels``.
        """
        if len(features) != len(self.laterals) + 1:
            raise ValueError(
                f'expected {len(self.laterals) + 1} feature maps, as many as '
                f'in_channels, got {len(features)}'
            )
        y = self.norm(self.coarsest(features[-1])).relu_()
        finer = zip(features[:-1], self.laterals, self.merges)
        for x, lateral, merge in reversed(list(finer)):
            y = F.interpolate(y, size=x.shape[-2:], mode='nearest')
            y = merge(lateral(x) + y).relu_()
        for conv, mix in zip(self.up_convs, self.up_mixes):
            y = self.norm(conv(y)).relu_()
            y = F.interpolate(y, scale_factor=2, mode='nearest')
            y = self.norm(mix(y)).relu_()
        return self.last(y)
