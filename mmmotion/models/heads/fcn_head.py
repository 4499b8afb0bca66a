"""Convolutions from features to mask logits."""

from collections.abc import Sequence

from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class FCNHead(BaseModule):
    """Classify every pixel of one feature map into groups.

    Before the classifier there may be 3x3 convolutions, each with norm and
    ReLU, and a dropout of whole channels.

    Args:
        in_channels: Channels of the feature map.
        num_groups: Number of groups.
        kernel_size: Side of the classifier, odd; it keeps the size.
        in_index: Position of the feature map in the encoder's output, finest
            first.
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
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        in_channels: int,
        num_groups: int,
        kernel_size: int = 1,
        in_index: int = 0,
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
        self.num_groups = num_groups
        self.in_index = in_index
        self.convs = nn.Sequential()
        for _ in range(num_convs):
            self.convs.append(
                ConvModule(
                    in_channels,
                    channels,
                    kernel_size=3,
                    padding=dilation,
                    dilation=dilation,
                    norm_cfg=norm,
                )
            )
            in_channels = channels
        self.dropout = nn.Dropout2d(dropout_ratio)
        self.conv = nn.Conv2d(
            in_channels, num_groups, kernel_size, padding=kernel_size // 2
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Compute the logits.

        Args:
            features: Feature maps (B, C, h, w) of the encoder, finest first.

        Returns:
            (B, K, h, w) logits at the size of the chosen map.
        """
        x = self.convs(features[self.in_index])
        return self.conv(self.dropout(x))


def _check_positive(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f'{name} must be at least 1, got {number}')
