"""Slots to layers: an image and a mask logit each."""

from collections.abc import Sequence
from typing import NamedTuple

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..binding import LinearPositionEncoding
from ..layers import ConvBlock


class Layers(NamedTuple):
    """What the slots say about the image.

    Attributes:
        colors: (B, K, C, H, W) image of each slot.
        logits: (B, K, H, W) mask logits.
    """

    colors: Tensor
    logits: Tensor


@MODELS.register_module()
class SlotDecoder(BaseModule):
    """Decode every slot on its own into an image and a mask logit.

    A slot is repeated over a small grid, a position encoding is added, and
    convolutions enlarge the grid to the image.

    Source: the broadcast decoder of Watters et al., "Spatial Broadcast
    Decoder", 2019, in the form of the release of Yang et al.,
    "Self-supervised Video Object Segmentation by Motion Grouping", ICCV
    2021.

    Args:
        in_channels: Channels of a slot.
        out_channels: Channels C of the images; 0 makes masks alone.
        channels: Channels after each doubling of the size.
        kernel_size: Side of the kernels, odd.
        norm: ``'instance'``, the config of a normalisation layer, or None.
        uniform_images: Whether the image of a slot is a single value per
            channel, the mean of what is decoded. Then shapes can only be
            drawn by the masks, which makes slots part early in a training.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Attributes:
        stride: Side of the image over that of the grid; the sides of an image
            must be multiples of it.

    Raises:
        ValueError: If there are no channels or the kernel is even.
    """

    def __init__(
        self,
        in_channels: int = 256,
        out_channels: int = 3,
        channels: Sequence[int] = (64, 64, 64),
        kernel_size: int = 5,
        norm: str | dict | None = 'instance',
        uniform_images: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not channels or out_channels < 0:
            raise ValueError(
                'expected channels and out_channels >= 0, got '
                f'channels={channels} and out_channels={out_channels}'
            )
        self.out_channels = out_channels
        self.uniform_images = uniform_images
        self.stride = 2**len(channels)
        self.position = LinearPositionEncoding(in_channels)
        widths = (in_channels, *channels)
        self.up = nn.ModuleList(
            ConvBlock(i, o, kernel_size, upsample=True, norm=norm)
            for i, o in zip(widths, channels)
        )
        self.refine = ConvBlock(
            channels[-1], channels[-1], kernel_size, norm=norm
        )
        self.conv = nn.Conv2d(
            channels[-1],
            out_channels + 1,
            kernel_size,
            padding=kernel_size // 2,
        )

    def forward(self, slots: Tensor, size: tuple[int, int]) -> Layers:
        """Decode the slots.

        Args:
            slots: (B, K, C) slots.
            size: (H, W) of the image.

        Returns:
            Images and logits at that size.

        Raises:
            ValueError: If a side is no multiple of the stride.
        """
        if any(side % self.stride for side in size):
            raise ValueError(
                f'the sides of an image must be multiples of {self.stride}, '
                f'got {tuple(size)}: add a transform that resizes the input'
            )
        grid = (size[0] // self.stride, size[1] // self.stride)
        position = self.position(grid).permute(2, 0, 1)
        first, *others = self.up
        assert isinstance(first, ConvBlock)
        x = first.forward_broadcast(slots.flatten(0, 1), position)
        for block in others:
            x = block(x)
        maps = self.conv(self.refine(x)).unflatten(0, slots.shape[:2])
        colors = maps[:, :, :-1]
        if self.uniform_images:
            colors = colors.mean((-2, -1), keepdim=True).expand_as(colors)
        return Layers(colors, maps[:, :, -1])
