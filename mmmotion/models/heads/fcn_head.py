"""One convolution from features to mask logits."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class FCNHead(BaseModule):
    """Classify every pixel of one feature map into groups.

    Args:
        in_channels: Channels of the feature map.
        num_groups: Number of groups.
        kernel_size: Side of the convolution, odd; it keeps the size.
        in_index: Position of the feature map in the encoder's output, finest
            first.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        in_channels: int,
        num_groups: int,
        kernel_size: int = 1,
        in_index: int = 0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_groups < 1:
            raise ValueError(
                f'num_groups must be at least 1, got {num_groups}'
            )
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f'kernel_size must be odd, got {kernel_size}')
        self.num_groups = num_groups
        self.in_index = in_index
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
        return self.conv(features[self.in_index])
