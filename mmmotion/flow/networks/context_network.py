"""Correction of a flow by what surrounds each pixel."""

from torch import Tensor, nn

from .convolution import convolution

_LAYERS = ((128, 1), (128, 2), (128, 4), (96, 8), (64, 16), (32, 1))


class ContextNetwork(nn.Module):
    """Dilated convolutions that see 67 pixels along each axis.

    Source: Sun et al., "PWC-Net", CVPR 2018, Sec. 3.

    Args:
        in_channels: Channels of motion features and flow together.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        layers = []
        channels = in_channels
        for out_channels, dilation in _LAYERS:
            layers.append(
                convolution(channels, out_channels, dilation=dilation)
            )
            channels = out_channels
        self.layers = nn.Sequential(*layers)
        self.predict = nn.Conv2d(channels, 2, 3, padding=1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Compute what to add to the flow.

        Args:
            inputs: (B, in_channels, h, w).

        Returns:
            (B, 2, h, w) in pixels.
        """
        return self.predict(self.layers(inputs))
