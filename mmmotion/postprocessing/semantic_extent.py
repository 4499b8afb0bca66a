"""Everything that looks like the object."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .feature_postprocessor import FeaturePostprocessor
from .frame_alignment import FrameAlignment, resize_to_grid
from .object_pair import check_pair, pair
from .semantic_response import exceeds_extent, semantic_similarity


@POSTPROCESSORS.register_module()
class SemanticExtent(FeaturePostprocessor):
    """Replace the mask of the object by what has features like its own.

    The features of the object are averaged, weighted by its soft mask. The
    new mask is 1 where their cosine with those of a position is above the
    threshold, or near to such a position, else 0. If all that is alike reaches
    over too much of the frame it tells nothing, and the mask is 1 everywhere.

    It bounds another mask, as ``constraint`` of ``PseudoLabelHook``.

    Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation
    with Motion-Appearance Synergy", arXiv 2212.08816, Eq. 10-12. Their
    features are the last map of a DenseCL ResNet-50; the threshold and the
    stride are not known.

    Args:
        threshold: Cosine above which a position looks like the object.
        dilation: Side of the square, in positions, by which what looks like
            it grows; odd.
        max_extent: Share of the height and of the width above which the
            bounding box of what looks like it, before it grows, tells
            nothing.
        features: See :class:`FrameFeatures`.
        in_index: See :class:`FrameFeatures`.
        data_preprocessor: See :class:`FrameFeatures`.
        frame_size: See :class:`FrameFeatures`.
        max_side: Longest side of the grid of the features.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        dilation: int = 3,
        max_extent: Sequence[float] = (0.9, 0.8),
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
        max_side: int = 107,
    ) -> None:
        if dilation < 1 or dilation % 2 == 0:
            raise ValueError(f'dilation must be odd, got {dilation}')
        if len(max_extent) != 2 or not 0 < min(max_extent):
            raise ValueError(
                'expected max_extent to be positive shares of the height and '
                f'of the width, got {max_extent}'
            )
        self.threshold = threshold
        self.dilation = dilation
        self.max_extent = (max_extent[0], max_extent[1])
        super().__init__(features, in_index, data_preprocessor, frame_size)
        self._alignment = FrameAlignment(self.features, max_side)

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Find what looks like the object of one frame.

        Raises:
            ValueError: If there are other than two masks.
        """
        check_pair(masks, type(self).__name__)
        height, width = masks.shape[-2:]
        features = self._alignment.describe(inputs, (height, width))
        mask = resize_to_grid(
            masks[1:], (features.shape[-2], features.shape[-1])
        )
        alike = semantic_similarity(features, mask) > self.threshold
        if exceeds_extent(alike, self.max_extent).item():
            return pair(torch.ones_like(masks[1]))
        grown = F.max_pool2d(
            alike.to(masks.dtype), self.dilation, 1, self.dilation // 2
        )
        response = F.interpolate(grown[None], size=(height, width))[0, 0]
        return pair(response)
