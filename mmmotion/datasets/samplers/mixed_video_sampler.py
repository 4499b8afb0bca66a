"""Endless sampling from several data sets."""

from typing import Any

import numpy as np
from mmengine.dataset import ConcatDataset

from mmmotion.registry import DATA_SAMPLERS

from ..draw import FrameDraw, sample_rng
from .endless_sampler import EndlessSampler
from .video_sampler import VideoSampler


@DATA_SAMPLERS.register_module()
class MixedVideoSampler(EndlessSampler):
    """Draw a part of a concatenated data set, then as ``VideoSampler`` does.

    A part is drawn in proportion to its length: the frames that have the gaps
    of a sample (with ``gap_sampling='pairs'``, of the first pair). Gaps are
    those of the part, so that data sets of slow and of fast motion go
    together. Draws depend on seed and number alone, and are split over the
    ranks, as those of ``VideoSampler``.

    Source: the combined data sets of the released code of Choudhury et al.,
    "Guess What Moves", BMVC 2022.

    Args:
        dataset: ``ConcatDataset`` of data sets that ``VideoSampler`` takes.
        seed: See ``VideoSampler``.
        split_over_ranks: See ``VideoSampler``.
        **kwargs: Further arguments of ``VideoSampler``, the same for all
            parts.

    Raises:
        TypeError: If the data set is not concatenated.
        ValueError: See ``VideoSampler``.
    """

    def __init__(
        self,
        dataset: ConcatDataset,
        seed: int | None = None,
        split_over_ranks: bool = True,
        **kwargs: Any,  # those of VideoSampler
    ) -> None:
        if not isinstance(dataset, ConcatDataset):
            raise TypeError(
                'MixedVideoSampler needs a ConcatDataset, got '
                f'{type(dataset).__name__}: use VideoSampler for a single '
                'data set'
            )
        super().__init__(seed, split_over_ranks)
        self.parts = [
            VideoSampler(part, self.seed, **kwargs)
            for part in dataset.datasets
        ]
        sizes = [len(part) for part in dataset.datasets]
        self._offsets = np.cumsum([0, *sizes[:-1]]).tolist()
        self._ends = np.cumsum([len(sampler) for sampler in self.parts])

    def draw(self, number: int) -> FrameDraw:
        """Return one draw.

        Args:
            number: Position among the draws of all ranks, from 0.
        """
        rng = sample_rng(
            dict(seed=self.seed, draw=number), 'MixedVideoSampler'
        )
        place = rng.integers(self._ends[-1])
        part = int(np.searchsorted(self._ends, place, side='right'))
        return self.parts[part].draw(number) + self._offsets[part]

    def __len__(self) -> int:
        """Nominal length: the sum of those of the parts."""
        return int(self._ends[-1])
