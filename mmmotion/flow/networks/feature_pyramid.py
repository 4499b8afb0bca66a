"""Features of one frame at several sizes."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from .convolution import convolution


@MODELS.register_module()
class FeaturePyramid(BaseModule):
    """Convolutions that halve the image stage by stage.

    Source: Sun et al., "PWC-Net", CVPR 2018, with the two convolutions per
    stage of Liu et al., "Learning by Analogy", CVPR 2020.

    Args:
        in_channels: Channels of the image.
        channels: Channels of each stage, finest first.
        num_levels: Number of stages, from the coarsest, that are returned.
        init_cfg: Initialisation, see mmengine; PyTorch's own if None.

    Attributes:
        out_channels: Channels of the returned levels, coarsest first.
        strides: Reduction of the returned levels, coarsest first.

    Raises:
        ValueError: If there are fewer stages than levels.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: Sequence[int] = (16, 32, 64, 96, 128, 192),
        num_levels: int = 5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not 1 <= num_levels <= len(channels):
            raise ValueError(
                f'expected num_levels in 1..{len(channels)}, the number of '
                f'channels, got {num_levels}'
            )
        self.num_levels = num_levels
        self.out_channels = tuple(channels[::-1][:num_levels])
        self.strides = tuple(
            2**stage for stage in range(len(channels), 0, -1)
        )[:num_levels]
        self.stages = nn.ModuleList(
            nn.Sequential(
                convolution(fewer, more, stride=2),
                convolution(more, more),
            ) for fewer, more in zip((in_channels, *channels), channels)
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """Describe images.

        Args:
            images: (B, C, H, W) RGB in [0, 1].

        Returns:
            (B, C_l, h_l, w_l) per level, coarsest first.
        """
        levels = []
        features = images
        for stage in self.stages:
            features = stage(features)
            levels.append(features)
        return levels[::-1][:self.num_levels]
