"""Optical flow as the image that an encoder sees."""

from torch import Tensor, nn

from mmmotion.flow import color_image
from mmmotion.registry import MODELS

_CHANNELS = dict(wheel=3, wheel_uint8=3, raw=2)


@MODELS.register_module()
class FlowColorEncoding(nn.Module):
    """Code flow as a picture, so that an image encoder can read it.

    Colours tell the direction by hue and the length by saturation, relative
    to the longest vector of the field. They have no gradient.

    Source: the code of Yang et al., "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021, is ``'wheel'``; its training
    fails on raw flow, according to users. ``'wheel_uint8'`` is the picture
    that the visualiser of RAFT (Teed and Deng, ECCV 2020) draws.

    Args:
        code: ``'wheel'``, exact colours in [-1, 1]; ``'wheel_uint8'``, those
            of 8 bits; ``'raw'``, the two components in pixels.

    Attributes:
        out_channels: Channels of the picture.

    Raises:
        ValueError: If the code is another word.
    """

    def __init__(self, code: str = 'wheel') -> None:
        super().__init__()
        if code not in _CHANNELS:
            raise ValueError(
                f"code must be 'wheel', 'wheel_uint8' or 'raw', got {code!r}"
            )
        self.code = code
        self.out_channels = _CHANNELS[code]

    def extra_repr(self) -> str:
        """Settings for the printed module."""
        return f'code={self.code!r}'

    def forward(self, flow: Tensor) -> Tensor:
        """Code flow fields.

        Args:
            flow: (..., 2, h, w) flow in pixels.

        Returns:
            (..., C, h, w) picture.

        Raises:
            ValueError: If the code is ``'wheel_uint8'``, which has no colour
                for unknown flow, and a value is NaN or infinite.
        """
        if self.code == 'raw':
            return flow
        return color_image(flow, quantised=self.code == 'wheel_uint8')
