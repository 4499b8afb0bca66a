"""Merging of K groups into two by the similarity of their features."""

import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

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
    which describes segments by the features of a self-supervised ViT.

    Args:
        features: What describes a segment: ``'color'``, its mean colour
            relative to the frame, which needs no weights.
        floor: Smallest affinity, see ``segment_affinity``.
        min_mass: Share of the image below which a segment does not take part,
            see ``spectral_merge``.

    Raises:
        ValueError: If the features are unknown, or a limit is out of range.
    """

    def __init__(
        self,
        features: str = 'color',
        floor: float = 1e-6,
        min_mass: float = 1e-6,
    ) -> None:
        if features != 'color':
            raise ValueError(f"features must be 'color', got {features!r}")
        if not 0 < floor < 1 or not 0 <= min_mass < 1:
            raise ValueError(
                'expected floor in (0, 1) and min_mass in [0, 1), got '
                f'floor={floor} and min_mass={min_mass}'
            )
        self.floor = floor
        self.min_mass = min_mass

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Merge the groups of one frame; two groups stay as they are.

        Raises:
            ValueError: If there is one group, or the model sees no frames.
        """
        if len(masks) == 2:
            return masks
        if len(masks) < 2 or 'frames' not in inputs:
            raise ValueError(
                'SpectralMerge needs at least two groups and RGB frames, got '
                f'{len(masks)} groups and the inputs {sorted(inputs)}'
            )
        size = (masks.shape[-2], masks.shape[-1])
        features = color_features(inputs['frames'][0], size)
        merged, _ = spectral_merge(features, masks, self.floor, self.min_mass)
        return merged
