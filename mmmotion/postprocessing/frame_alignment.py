"""How well masks agree with the appearance of a frame."""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor

from .frame_features import FrameFeatures
from .normalized_cut import SimilarityGraph, normalized_cut
from .semantic_response import semantic_overlap

THRESHOLDS = dict(cut=0.2, overlap=0.5)
"""Cosine above which positions look alike, by score."""


class FrameAlignment:
    """Scores the masks of one frame by the features of the frame.

    Source: motion-semantic alignment of Lian, Wu, Yu, "Improving Unsupervised
    Video Object Segmentation with Motion-Appearance Synergy", arXiv
    2212.08816, Eq. 13, and of the released code of its successor RCF.

    Args:
        features: What tells the appearance.
        max_side: Longest side of the grid on which it is measured; the cut
            looks at all pairs of positions.
    """

    def __init__(self, features: FrameFeatures, max_side: int = 107) -> None:
        self.features = features
        self.max_side = max_side

    def describe(
        self, inputs: Mapping[str, Tensor], size: tuple[int, int]
    ) -> Tensor:
        """Compute the features of a frame on the grid.

        Args:
            inputs: As :class:`FrameFeatures` wants them.
            size: (h, w) of which colours take the shape; maps of encoders
                have a size of their own. Both are reduced to the grid.

        Returns:
            (C, h', w') features.
        """
        features = self.features(inputs, self._fit(size))
        height, width = features.shape[-2:]
        return resize_to_grid(features, self._fit((height, width)))

    def _fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """A size with its longer side limited."""
        scale = min(1.0, self.max_side / max(size))
        return max(1, round(scale * size[0])), max(1, round(scale * size[1]))


def resize_to_grid(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Average an image (K, h, w) over the cells of a grid."""
    return F.interpolate(image[None], size=size, mode='area')[0]


def alignment_scores(
    features: Tensor,
    masks: Tensor,
    score: str = 'cut',
    threshold: float | None = None,
) -> Tensor:
    """Score soft masks.

    Args:
        features: (C, h, w) features.
        masks: (K, h', w') soft masks in [0, 1], averaged over the cells of
            the features.
        score: ``'cut'``, the negative normalised cut (RCF), or ``'overlap'``
            with what looks like the mask (the paper).
        threshold: Cosine above which positions look alike; that of
            :data:`THRESHOLDS` if None.

    Returns:
        (K,) float64, the higher the better: in [-2, 0] for a cut, NaN for a
        mask that is 0, or 1, everywhere, and -1 for any other uniform one;
        in [0, 1] for an overlap.
    """
    threshold = THRESHOLDS[score] if threshold is None else threshold
    masks = resize_to_grid(masks, (features.shape[-2], features.shape[-1]))
    if score == 'cut':
        return -normalized_cut(masks, SimilarityGraph(features, threshold))
    return semantic_overlap(features, masks, threshold)
