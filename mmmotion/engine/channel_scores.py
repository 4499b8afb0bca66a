"""How much the channels of a model look like the object, without labels."""

import torch
from torch import Tensor

from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.models.segmentors.encoder_maps import watch_encoder
from mmmotion.postprocessing import (
    FrameAlignment,
    FrameFeatures,
    alignment_scores,
)


class MotionScore:
    """How far a channel moves.

    Source: Liu, Wu, Yu, Lin, "The Emergence of Objectness: Learning Zero-Shot
    Segmentation from Videos", NeurIPS 2021.
    """

    name = 'motion'
    caveat = (
        'mean motion of each channel in pixels of the motion network; a '
        'moving camera moves the background too, and motion counts more '
        'along a side that the network stretches'
    )

    def check(self, model: BaseSegmentor) -> None:
        """Refuse a model that does not measure motion.

        Raises:
            TypeError: If it has no ``channel_motion``.
        """
        if not hasattr(model, 'channel_motion'):
            raise TypeError(
                f"ObjectChannelHook(by='motion') needs a model with a method "
                f'channel_motion, {type(model).__name__} has none: use '
                "by='alignment'"
            )

    def init_weights(self) -> None:
        """Load nothing."""

    def tells_nothing(self, scores: Tensor) -> bool:
        """Whether none of (K,) mean scores speaks for its channel."""
        return False

    def __call__(
        self, model: BaseSegmentor, inputs: dict[str, Tensor]
    ) -> Tensor:
        """Score a batch of frame pairs.

        Args:
            model: The model.
            inputs: A batch as ``MotionDataPreprocessor`` makes it.

        Returns:
            (B, K) scores.
        """
        return model.channel_motion(inputs)


class AlignmentScore:
    """How well a channel agrees with the appearance of the frame.

    Source: motion-semantic alignment of Lian, Wu, Yu, "Improving Unsupervised
    Video Object Segmentation with Motion-Appearance Synergy", arXiv
    2212.08816, Eq. 13, and of the released code of its successor RCF.

    Args:
        features: What tells the appearance.
        score: ``'cut'``, the negative normalised cut (RCF), or ``'overlap'``
            with what looks like the mask (the paper).
        threshold: Cosine above which positions look alike; 0.2 for a cut and
            0.5 for an overlap if None.
        max_side: Longest side of the grid on which it is measured; the cut
            looks at all pairs of positions.
    """

    name = 'alignment'
    caveat = 'agreement of each channel with the appearance of the frames'

    def __init__(
        self,
        features: FrameFeatures,
        score: str = 'cut',
        threshold: float | None = None,
        max_side: int = 107,
    ) -> None:
        self.features = features
        self.score = score
        self.threshold = threshold
        self._alignment = FrameAlignment(features, max_side)

    def check(self, model: BaseSegmentor) -> None:
        """Accept any model."""

    def init_weights(self) -> None:
        """Load what the features need, before a training starts."""
        self.features.init_weights()

    def tells_nothing(self, scores: Tensor) -> bool:
        """Whether none of (K,) mean scores speaks for its channel.

        All overlaps are 0 if whatever looks like a channel reaches over too
        much of the frame, and if no mask is above one half.
        """
        return self.score == 'overlap' and not scores.any()

    def __call__(
        self, model: BaseSegmentor, inputs: dict[str, Tensor]
    ) -> Tensor:
        """Score a batch, of which the first frames are looked at.

        Args:
            model: The model.
            inputs: A batch as ``MotionDataPreprocessor`` makes it.

        Returns:
            (B, K) float64 scores.
        """
        index = self.features.feature_index
        asked = [] if index is None else [index]
        with watch_encoder(model, asked, inputs) as maps:
            regions = model.segment(inputs).float().softmax(dim=1)
        given = dict(
            frames=model.data_preprocessor.denormalize(inputs['frames'])
        )
        if index is not None:
            # An encoder may see several images of each sample.
            views = maps[index].unflatten(0, (len(regions), -1))
            given[self.features.source] = views[:, 0]
        return torch.stack([
            self._score_frame({
                k: v[i]
                for k, v in given.items()
            }, masks) for i, masks in enumerate(regions)
        ])

    def _score_frame(self, inputs: dict[str, Tensor], masks: Tensor) -> Tensor:
        size = (masks.shape[-2], masks.shape[-1])
        features = self._alignment.describe(inputs, size)
        return alignment_scores(features, masks, self.score, self.threshold)
