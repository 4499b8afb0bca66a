"""Merging of K groups into two by the similarity of their features."""

import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .frame_encoder import FrameEncoder
from .postprocessor import Postprocessor
from .spectral import spectral_merge


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


@POSTPROCESSORS.register_module()
class SpectralMerge(Postprocessor):
    """Merge K groups into two by spectral clustering.

    Which of the two is the object is left to the next step.

    Source: Choudhury et al., "Guess What Moves", BMVC 2022, Section 3.3,
    which describes segments by the features of a self-supervised ViT. The
    released code takes the keys of the last block of DINO's ViT-S/8 for
    videos and of its ViT-B/8 for images.

    Args:
        features: What describes a segment: ``'color'``, its mean colour
            relative to the frame; ``'segmentor'``, what the encoder of the
            segmentor computes anyway; or the config of an encoder of RGB
            frames, with its weights under ``init_cfg``. The first two need no
            weights of others.
        in_index: Position of the map in the output of the encoder, finest
            first; negative ones count from the end. Not read with
            ``'color'``.
        data_preprocessor: ``mean`` and ``std`` of the frames that the encoder
            of the config sees, as for ``MotionDataPreprocessor``.
        floor: Smallest affinity, see ``segment_affinity``.
        min_mass: Share of the image below which a segment does not take part,
            see ``spectral_merge``.

    Raises:
        ValueError: If the features are unknown, or a limit is out of range.
    """

    def __init__(
        self,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        floor: float = 1e-6,
        min_mass: float = 1e-6,
    ) -> None:
        is_config = not isinstance(features, str) and 'type' in features
        if not is_config and features not in ('color', 'segmentor'):
            raise ValueError(
                "features must be 'color', 'segmentor' or the config of an "
                f'encoder, got {features!r}'
            )
        if not 0 < floor < 1 or not 0 <= min_mass < 1:
            raise ValueError(
                'expected floor in (0, 1) and min_mass in [0, 1), got '
                f'floor={floor} and min_mass={min_mass}'
            )
        self.encoder: FrameEncoder | None = None
        if isinstance(features, dict):
            self.encoder = FrameEncoder(features, in_index, data_preprocessor)
        elif features == 'segmentor':
            self.feature_index = in_index
        self.floor = floor
        self.min_mass = min_mass

    def init_weights(self) -> None:
        """Load the weights of the encoder, if it is one of its own."""
        if self.encoder is not None:
            self.encoder.init_weights()

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Merge the groups of one frame; two groups stay as they are.

        Raises:
            ValueError: If there is one group, or the inputs lack what
                describes it.
        """
        if len(masks) == 2:
            return masks
        needed = 'frames' if self.feature_index is None else self.feature_key
        if len(masks) < 2 or needed not in inputs:
            raise ValueError(
                f'SpectralMerge needs at least two groups and {needed}, got '
                f'{len(masks)} groups and the inputs {sorted(inputs)}'
            )
        features = self._describe(inputs[needed], masks)
        merged, _ = spectral_merge(features, masks, self.floor, self.min_mass)
        return merged

    def _describe(self, source: Tensor, masks: Tensor) -> Tensor:
        """(C, h, w) features out of the input that holds them."""
        if self.feature_index is not None:
            return source
        if self.encoder is not None:
            return self.encoder(source[0])
        return color_features(source[0], (masks.shape[-2], masks.shape[-1]))
