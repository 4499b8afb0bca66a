"""Masks along which little likeness is cut apart."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .feature_postprocessor import FeaturePostprocessor
from .frame_alignment import FrameAlignment
from .normalized_cut import SimilarityGraph, refine_by_cut
from .object_pair import check_pair, pair


@POSTPROCESSORS.register_module()
class CutRefinement(FeaturePostprocessor):
    """Change the mask of the object so that its normalised cut falls.

    The values of the mask on the grid of the features are optimised
    themselves, see :func:`refine_by_cut`.

    Source: the released code of Lian, Wu, Yu, "Bootstrapping Objectness from
    Videos by Relaxed Common Fate and Visual Grouping", CVPR 2023, whose
    features are the keys of the last block of DINO's ViT-S/8.

    Args:
        num_steps: Number of steps of Adam.
        lr: Learning rate of Adam.
        threshold: Cosine above which two positions are alike.
        features: See :class:`FrameFeatures`.
        in_index: See :class:`FrameFeatures`.
        data_preprocessor: See :class:`FrameFeatures`.
        frame_size: See :class:`FrameFeatures`.
        max_side: Longest side of the grid; the cut looks at all pairs of
            positions.

    Raises:
        ValueError: If the number of steps or the rate is not positive.
    """

    def __init__(
        self,
        num_steps: int = 10,
        lr: float = 0.45,
        threshold: float = 0.2,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
        max_side: int = 107,
    ) -> None:
        if num_steps < 1 or lr <= 0:
            raise ValueError(
                'expected num_steps and lr to be positive, got '
                f'num_steps={num_steps} and lr={lr}'
            )
        self.num_steps = num_steps
        self.lr = lr
        self.threshold = threshold
        super().__init__(features, in_index, data_preprocessor, frame_size)
        self._alignment = FrameAlignment(self.features, max_side)

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Refine the object of one frame.

        An object without mass stays as it is, and so does one without
        background: neither cuts anything.

        Raises:
            ValueError: If there are other than two masks.
        """
        check_pair(masks, type(self).__name__)
        height, width = masks.shape[-2:]
        features = self._alignment.describe(inputs, (height, width))
        # As the release: the nearest pixel, not the mean over a cell.
        mask = F.interpolate(masks[None, 1:].float(), features.shape[-2:])[0]
        if not 0 < mask.sum() < mask.numel():
            return masks
        refined = refine_by_cut(
            mask,
            SimilarityGraph(features, self.threshold),
            self.num_steps,
            self.lr,
        )
        enlarged = F.interpolate(
            refined[None], size=(height, width), mode='bilinear'
        )
        return pair(enlarged[0, 0].to(masks.dtype))
