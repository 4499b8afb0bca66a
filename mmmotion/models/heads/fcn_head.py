"""Convolutions from features to mask logits."""

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..layers import convolve_merged


@MODELS.register_module()
class FCNHead(BaseModule):
    """Classify every pixel of one feature map, or of several, into groups.

    Several maps are brought to the size of the first one. Before the
    classifier there may be 3x3 convolutions, each with norm and ReLU, and a
    dropout of whole channels.

    Args:
        in_channels: Channels of the feature map, or of each.
        num_groups: Number of groups.
        kernel_size: Side of the classifier, odd; it keeps the size.
        in_index: Position of the feature map in the encoder's output, finest
            first, or of several.
        num_convs: Number of convolutions before the classifier.
        channels: Channels of these convolutions.
        dilation: Dilation of these convolutions.
        norm: Config of their norm, or None; they have a bias only without.
        dropout_ratio: Probability, in training, of a channel that the
            classifier reads to be zero.
        init_cfg: Initialisation as in mmengine; by default Kaiming's normal
            by fan-out for the convolutions and that of torch for the
            classifier.

    Raises:
        ValueError: If a number is out of range, or there are not as many
            channels as maps.
    """

    def __init__(
        self,
        in_channels: int | Sequence[int],
        num_groups: int,
        kernel_size: int = 1,
        in_index: int | Sequence[int] = 0,
        num_convs: int = 0,
        channels: int = 256,
        dilation: int = 1,
        norm: dict | None = None,
        dropout_ratio: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        _check_positive(num_groups=num_groups, dilation=dilation)
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f'kernel_size must be odd, got {kernel_size}')
        if num_convs < 0:
            raise ValueError(f'num_convs must not be negative: {num_convs}')
        if not 0 <= dropout_ratio < 1:
            raise ValueError(
                f'dropout_ratio must lie in [0, 1), got {dropout_ratio}'
            )
        indices = (in_index, ) if isinstance(in_index, int) else in_index
        widths = in_channels
        if isinstance(widths, int):
            widths = (widths, )
        if len(indices) != len(widths) or not indices:
            raise ValueError(
                'expected one number in in_channels for each in in_index, got '
                f'in_channels={in_channels} and in_index={in_index}'
            )
        self.num_groups = num_groups
        self.in_indices = tuple(indices)
        width = sum(widths)
        self.convs = nn.Sequential()
        for _ in range(num_convs):
            self.convs.append(
                ConvModule(
                    width,
                    channels,
                    kernel_size=3,
                    padding=dilation,
                    dilation=dilation,
                    norm_cfg=norm,
                )
            )
            width = channels
        self.dropout = nn.Dropout2d(dropout_ratio)
        self.conv = nn.Conv2d(
            width, num_groups, kernel_size, padding=kernel_size // 2
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Compute the logits.

        Args:
            features: Feature maps (B, C, h, w) of the encoder, finest first.

        Returns:
            (B, K, h, w) logits at the size of the chosen map, the first of
            several.
        """
        maps = [features[index] for index in self.in_indices]
        if len(maps) == 1:
            return self.conv(self.dropout(self.convs(maps[0])))
        if len(self.convs) == 0:
            maps = [self.dropout(part) for part in maps]
            return _convolve(self.conv, maps)
        # ConvModule does not declare what it is made of.
        first: Any = self.convs[0]
        x = _convolve(first.conv, maps)
        if first.with_norm:
            x = first.norm(x)
        x = self.convs[1:](first.activate(x))
        return self.conv(self.dropout(x))


def _convolve(conv: nn.Conv2d, maps: Sequence[Tensor]) -> Tensor:
    return convolve_merged(maps, conv.weight, conv.bias, conv.dilation[0])


def _check_positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f'{name} must be at least 1, got {number}')
