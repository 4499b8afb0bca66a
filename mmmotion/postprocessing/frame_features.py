"""Features of a frame, from wherever they are had."""

from collections.abc import Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor

from .frame_encoder import FrameEncoder


def color_features(frame: Tensor, size: tuple[int, int]) -> Tensor:
    """Colour of every pixel relative to the rest of the frame.

    Args:
        frame: (3, H, W) RGB.
        size: (h, w) of the result.

    Returns:
        (3, h, w) channels with mean 0 and deviation 1 over the frame, so that
        opposite signs stand for dissimilar colours.
    """
    frame = F.interpolate(frame[None], size=size, mode='area')[0]
    centred = frame - frame.mean(dim=(-2, -1), keepdim=True)
    deviation = centred.square().mean(dim=(-2, -1), keepdim=True).sqrt()
    return centred / deviation.clamp(min=1e-6)


class FrameFeatures:
    """Describes the pixels of a frame.

    Args:
        features: ``'color'``, the colour relative to the frame;
            ``'segmentor'``, a map that the encoder of the segmentor computes
            anyway; or the config of an encoder of RGB frames, with its
            weights under ``init_cfg``. The first two need no weights of
            others.
        in_index: Position of the map in the output of the encoder, finest
            first; negative ones count from the end. Not read with
            ``'color'``.
        data_preprocessor: ``mean`` and ``std`` of the frames that the encoder
            of the config sees, as for ``MotionDataPreprocessor``.
        frame_size: (H, W) to which frames are resized for the encoder of the
            config; None leaves them as they are.

    Attributes:
        feature_index: ``in_index`` if the map is one of the segmentor, else
            None.

    Raises:
        ValueError: If the features are unknown, or the size is none.
    """

    def __init__(
        self,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
    ) -> None:
        is_config = isinstance(features, Mapping) and 'type' in features
        if not is_config and features not in ('color', 'segmentor'):
            raise ValueError(
                "features must be 'color', 'segmentor' or the config of an "
                f'encoder, got {features!r}'
            )
        if frame_size is not None and (len(frame_size) != 2
                                       or min(frame_size) < 1):
            raise ValueError(
                'frame_size must be None or (height, width), got '
                f'{frame_size}'
            )
        self.frame_size = frame_size and (frame_size[0], frame_size[1])
        self.encoder: FrameEncoder | None = None
        self.feature_index: int | None = None
        if isinstance(features, dict):
            self.encoder = FrameEncoder(features, in_index, data_preprocessor)
        elif features == 'segmentor':
            self.feature_index = in_index

    @property
    def source(self) -> str:
        """Name of the input that the features are made of."""
        if self.feature_index is None:
            return 'frames'
        return f'features_{self.feature_index}'

    def init_weights(self) -> None:
        """Load the weights of the encoder, if it is one of its own."""
        if self.encoder is not None:
            self.encoder.init_weights()

    def __call__(
        self, inputs: Mapping[str, Tensor], size: tuple[int, int]
    ) -> Tensor:
        """Describe one frame.

        Args:
            inputs: ``frames`` (T, 3, H, W) RGB in 0..255, of which the first
                is described, or the (C, h, w) map of the segmentor, under the
                name that :attr:`source` tells.
            size: (h, w) of colours; maps have a size of their own.

        Returns:
            (C, h, w) features.
        """
        source = inputs[self.source]
        if self.feature_index is not None:
            return source
        if self.encoder is not None:
            return self.encoder(self._resize(source[0]))
        return color_features(source[0], size)

    def _resize(self, frame: Tensor) -> Tensor:
        if self.frame_size is None:
            return frame
        return F.interpolate(
            frame[None], size=self.frame_size, mode='bilinear', antialias=True
        )[0]
