"""From similarities to motion features."""

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmmotion.registry import MODELS

from .convolution import convolution


@MODELS.register_module()
class FlowDecoder(BaseModule):
    """Five convolutions, each of which also sees the one before the last.

    One instance serves all levels of a pyramid.

    Source: Liu et al., "Learning by Analogy", CVPR 2020, which reduces the
    dense connections of PWC-Net to these.

    Args:
        in_channels: Channels of similarities, features and flow together.
        init_cfg: Initialisation, see mmengine; PyTorch's own if None.

    Attributes:
        out_channels: Channels of the motion features.
        context_channels: The last of them, which are the output of the last
            convolution.
    """

    out_channels = 96
    context_channels = 32

    def __init__(
        self, in_channels: int = 115, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        self.conv1 = convolution(in_channels, 128)
        self.conv2 = convolution(128, 128)
        self.conv3 = convolution(128 + 128, 96)
        self.conv4 = convolution(128 + 96, 64)
        self.conv5 = convolution(96 + 64, 32)

    def forward(self, inputs: Tensor) -> Tensor:
        """Compute the motion features.

        Args:
            inputs: (B, in_channels, h, w).

        Returns:
            (B, 96, h, w) outputs of the last two convolutions.
        """
        x1 = self.conv1(inputs)
        x2 = self.conv2(x1)
        x3 = self.conv3(torch.cat((x1, x2), dim=1))
        x4 = self.conv4(torch.cat((x2, x3), dim=1))
        x5 = self.conv5(torch.cat((x3, x4), dim=1))
        return torch.cat((x4, x5), dim=1)
