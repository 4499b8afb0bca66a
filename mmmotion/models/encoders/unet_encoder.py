"""U-Net without its last 1x1 convolution.

Follows milesial/Pytorch-UNet, https://github.com/milesial/Pytorch-UNet
(GPL-3.0), in structure only; the code is written from its description.
"""

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


def _double_conv(
    in_channels: int, mid_channels: int, out_channels: int, norm_cfg: dict
) -> nn.Sequential:
    """Two 3x3 convolutions, each with norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, mid_channels, 3, padding=1, bias=False),
        build_norm_layer(norm_cfg, mid_channels)[1],
        nn.ReLU(inplace=True),
        nn.Conv2d(mid_channels, out_channels, 3, padding=1, bias=False),
        build_norm_layer(norm_cfg, out_channels)[1],
        nn.ReLU(inplace=True),
    )


class _Up(nn.Module):
    """Double the size, append to the skip connection, convolve."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        upsample: str,
        norm_cfg: dict,
    ) -> None:
        super().__init__()
        half = in_channels // 2
        if upsample == 'transposed':
            self.up: nn.Module = nn.ConvTranspose2d(
                in_channels, half, 2, stride=2
            )
            mid_channels = out_channels
        else:
            self.up = nn.Upsample(
                scale_factor=2, mode='bilinear', align_corners=True
            )
            mid_channels = half
        self.conv = _double_conv(
            in_channels, mid_channels, out_channels, norm_cfg
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Enlarge ``x`` to the size of ``skip`` and join both."""
        x = self.up(x)
        rows = skip.shape[-2] - x.shape[-2]
        columns = skip.shape[-1] - x.shape[-1]
        left, top = columns // 2, rows // 2
        x = F.pad(x, (left, columns - left, top, rows - top))
        return self.conv(torch.cat([skip, x], dim=1))


@MODELS.register_module()
class UNetEncoder(BaseModule):
    """U-Net that returns the feature maps of its expanding path.

    Source: Ronneberger et al., "U-Net", MICCAI 2015, in the form of
    milesial/Pytorch-UNet: padded convolutions with batch normalisation. With
    the defaults and an ``FCNHead`` of four groups it has 31,037,828
    parameters, with ``upsample='bilinear'`` 17,263,172.

    Args:
        in_channels: Channels of the input.
        base_channels: Channels at full size; each halving doubles them.
        num_stages: Number of halvings.
        upsample: ``'transposed'`` convolutions or ``'bilinear'``
            interpolation with aligned corners, which leaves the channels of
            the deeper maps at half.
        norm_cfg: Normalisation layer.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Attributes:
        out_channels: Channels of the returned maps, finest first.

    Raises:
        ValueError: If an argument is not one of the above.
    """

    def __init__(
        self,
        in_channels: int = 3,
        base_channels: int = 64,
        num_stages: int = 4,
        upsample: str = 'transposed',
        norm_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if upsample not in ('transposed', 'bilinear'):
            raise ValueError(
                "upsample must be 'transposed' or 'bilinear', "
                f'got {upsample!r}'
            )
        if num_stages < 1:
            raise ValueError(
                f'num_stages must be at least 1, got {num_stages}'
            )
        norm_cfg = dict(type='BN') if norm_cfg is None else norm_cfg
        widths = [base_channels * 2**i for i in range(num_stages + 1)]
        factor = 1 if upsample == 'transposed' else 2
        outs = [widths[0], *(width // factor for width in widths[1:])]
        self.num_stages = num_stages
        self.out_channels = tuple(outs)
        self.stem = _double_conv(in_channels, widths[0], widths[0], norm_cfg)
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        for i in range(1, num_stages + 1):
            deep = outs[i] if i == num_stages else widths[i]
            self.down.append(
                nn.Sequential(
                    nn.MaxPool2d(2),
                    _double_conv(widths[i - 1], deep, deep, norm_cfg),
                )
            )
        for i in reversed(range(num_stages)):
            self.up.append(_Up(widths[i + 1], outs[i], upsample, norm_cfg))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature maps.

        Args:
            x: (B, C, H, W) normalised image, H and W at least
                ``2**num_stages``.

        Returns:
            ``num_stages + 1`` maps (B, ``out_channels[i]``, H // 2**i,
            W // 2**i), finest first.

        Raises:
            ValueError: If the image is too small.
        """
        smallest = 2**self.num_stages
        if min(x.shape[-2:]) < smallest:
            raise ValueError(
                f'{self.num_stages} stages need an image of at least '
                f'{smallest}x{smallest}, got {tuple(x.shape[-2:])}'
            )
        skips = [self.stem(x)]
        for down in self.down:
            skips.append(down(skips[-1]))
        maps = [skips.pop()]
        for up in self.up:
            maps.append(up(maps[-1], skips.pop()))
        return tuple(reversed(maps))
