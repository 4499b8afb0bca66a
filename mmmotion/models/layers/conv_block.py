"""Convolution, normalisation and ReLU."""

from mmcv.cnn import build_norm_layer
from torch import Tensor, nn


class ConvBlock(nn.Module):
    """Convolution, normalisation and ReLU, with the size kept or doubled.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Side of the kernel, odd.
        upsample: Whether a transposed convolution doubles the size.
        norm: ``'instance'`` (affine, without running statistics), the config
            of a normalisation layer, or None.

    Raises:
        ValueError: If the kernel is even or the norm is another word.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 5,
        upsample: bool = False,
        norm: str | dict | None = 'instance',
    ) -> None:
        super().__init__()
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f'kernel_size must be odd, got {kernel_size}')
        padding = kernel_size // 2
        if upsample:
            self.conv: nn.Module = nn.ConvTranspose2d(
                in_channels,
                out_channels,
                kernel_size,
                stride=2,
                padding=padding,
                output_padding=1,
            )
        else:
            self.conv = nn.Conv2d(
                in_channels, out_channels, kernel_size, padding=padding
            )
        self.norm = _build_norm(norm, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, h, w) to (B, C', h, w), or to twice the size."""
        return self.norm(self.conv(x)).relu_()


def _build_norm(norm: str | dict | None, channels: int) -> nn.Module:
    if norm is None:
        return nn.Identity()
    if norm == 'instance':
        return nn.InstanceNorm2d(channels, affine=True)
    if isinstance(norm, dict):
        return build_norm_layer(norm, channels)[1]
    raise ValueError(
        "norm must be 'instance', the config of a norm layer or None, got "
        f'{norm!r}'
    )
