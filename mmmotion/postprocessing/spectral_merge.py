"""Merging of K groups into two by the similarity of their features."""

from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .feature_postprocessor import FeaturePostprocessor
from .spectral import spectral_merge


@POSTPROCESSORS.register_module()
class SpectralMerge(FeaturePostprocessor):
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
        if not 0 < floor < 1 or not 0 <= min_mass < 1:
            raise ValueError(
                'expected floor in (0, 1) and min_mass in [0, 1), got '
                f'floor={floor} and min_mass={min_mass}'
            )
        super().__init__(features, in_index, data_preprocessor)
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
            ValueError: If there is one group, or the inputs lack what
                describes it.
        """
        if len(masks) == 2:
            return masks
        needed = self.features.source
        if len(masks) < 2 or needed not in inputs:
            is_unread = needed == 'frames' and needed not in inputs
            raise ValueError(
                f'SpectralMerge needs at least two groups and {needed}, got '
                f'{len(masks)} groups and the inputs {sorted(inputs)}' +
                (': add LoadFrames to the test pipeline' if is_unread else '')
            )
        size = (masks.shape[-2], masks.shape[-1])
        merged, _ = spectral_merge(
            self.features(inputs, size), masks, self.floor, self.min_mass
        )
        return merged
