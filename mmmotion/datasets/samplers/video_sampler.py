"""Endless sampling that depends on nothing but the seed and the draw."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from mmengine.dataset import BaseDataset

from mmmotion.registry import DATA_SAMPLERS

from ..draw import FrameDraw, sample_rng
from .endless_sampler import EndlessSampler
from .shortage import (
    describe_folder,
    describe_gaps,
    warn_of_shortage,
    warn_of_unused_gaps,
)
from .videos import FrameEntry, group_by_video


class _Table(NamedTuple):
    """The frames, video by video, among which one is drawn."""

    pair: tuple[int, ...]
    videos: list[np.ndarray]


@DATA_SAMPLERS.register_module()
class VideoSampler(EndlessSampler):
    """Draw a video, then a frame of it, then gaps, each uniformly.

    A short video is drawn as often as a long one. Draw n is a function of
    the seed and n alone; rank r of W takes the draws r, r + W, and so on.
    Therefore the ranks together see what a single one with the whole batch
    would see, and a run goes on exactly where it stopped after ``skip``.

    ``gap_sampling='pairs'`` is the scheme of the released code of Guess What
    Moves: draw one of the unordered pairs of gaps, in the order of the list,
    then a video, then a frame that has flow for both gaps of the pair, and
    use the first of the two. Of four gaps the first is used in 1/2 of the
    draws, the second in 1/3, the third in 1/6 and the fourth never. With
    ``num_gaps=2`` both are used, the scheme of Motion Grouping.

    A video that is too short for a pair is drawn for the others, and one that
    is too short for any (or for ``num_gaps``) is left out; both are logged
    when the sampler is made. So each sample has ``num_gaps`` gaps.

    Args:
        dataset: Data set whose entries have ``video_id``, ``frame_index``
            and, if there is flow, ``available_gaps``.
        seed: Seed of all draws, not negative. None takes a random one that
            all ranks share, and such a run cannot be resumed exactly.
        gap_sampling: ``'uniform'``, the paper's scheme, or ``'pairs'``.
        num_gaps: How many different gaps a sample gets; at most 2 with
            ``'pairs'``.
        gaps: Gaps to choose from, in the order that makes the pairs. None
            takes all that the data set offers.
        split_over_ranks: Whether the ranks share the draws; otherwise each
            of them takes all.

    Raises:
        ValueError: If an argument is outside its range, or no frame has
            enough gaps; the folder and the gaps are named.
    """

    def __init__(
        self,
        dataset: BaseDataset,
        seed: int | None = None,
        gap_sampling: str = 'uniform',
        num_gaps: int = 1,
        gaps: Sequence[int] | None = None,
        split_over_ranks: bool = True,
    ) -> None:
        if gap_sampling not in ('uniform', 'pairs'):
            raise ValueError(
                "expected gap_sampling to be 'uniform' or 'pairs', got "
                f'{gap_sampling!r}'
            )
        if num_gaps < 1 or (gap_sampling == 'pairs' and num_gaps > 2):
            raise ValueError(
                'expected num_gaps to be at least 1, and at most 2 with '
                f"gap_sampling='pairs', got {num_gaps}"
            )
        super().__init__(seed, split_over_ranks)
        self.gap_sampling = gap_sampling
        self.num_gaps = num_gaps
        videos = group_by_video(dataset, gaps)
        self._gaps_of = {
            frame.position: frame.gaps
            for video in videos
            for frame in video
        }
        choices = self._list_choices()
        needed = self._num_needed()
        selected = [_select(choice, videos, needed) for choice in choices]
        self._tables = [table for table in selected if table.videos]
        asked = describe_gaps(dataset, gaps, self._gaps_of.values())
        if not self._tables:
            raise ValueError(
                f'expected frames with flow for at least {needed} of the '
                f'gaps {asked}, got none in {describe_folder(dataset)} '
                f'({len(videos)} videos, {len(self._gaps_of)} frames)'
            )
        warn_of_unused_gaps(dataset, asked, self._gaps_of.values())
        self._warn(dataset, videos)

    def draw(self, number: int) -> FrameDraw:
        """Return one draw.

        Args:
            number: Position among the draws of all ranks, from 0.
        """
        rng = sample_rng(dict(seed=self.seed, draw=number), 'VideoSampler')
        table = self._tables[rng.integers(len(self._tables))]
        frames = table.videos[rng.integers(len(table.videos))]
        index = int(frames[rng.integers(len(frames))])
        chosen = self._choose_gaps(rng, index, table.pair)
        return FrameDraw(index, number, self.seed, chosen)

    def __len__(self) -> int:
        """Nominal length: the frames that the first table can draw."""
        return sum(len(frames) for frames in self._tables[0].videos)

    def _num_needed(self) -> int:
        """Gaps that a frame must have; none if the data set has no flow."""
        if self.gap_sampling == 'pairs':
            return 2
        return self.num_gaps if any(self._gaps_of.values()) else 0

    def _list_choices(self) -> list[tuple[int, ...]]:
        """Pairs of gaps, or the empty choice, which stands for any gaps."""
        if self.gap_sampling == 'uniform':
            return [()]
        # The longest list has all gaps in the order of the data set, unless
        # every video is too short for that.
        ordered = sorted(self._gaps_of.values(), key=len, reverse=True)
        order = dict.fromkeys(itertools.chain.from_iterable(ordered))
        return list(itertools.combinations(order, 2))

    def _warn(
        self, dataset: BaseDataset, videos: list[list[FrameEntry]]
    ) -> None:
        number = {
            frame.position: n
            for n, video in enumerate(videos)
            for frame in video
        }
        usable: list[set[tuple[int, ...]]] = [set() for _ in videos]
        for table in self._tables:
            for frames in table.videos:
                usable[number[frames[0]]].add(table.pair)
        wanted = [table.pair for table in self._tables]
        warn_of_shortage(dataset, videos, usable, wanted)

    def _choose_gaps(
        self, rng: np.random.Generator, index: int, pair: tuple[int, ...]
    ) -> tuple[int, ...] | None:
        if pair:
            return pair[:self.num_gaps]
        available = self._gaps_of[index]
        if not available:
            return None
        order = rng.permutation(len(available))[:self.num_gaps]
        return tuple(available[i] for i in order)


def _select(
    pair: tuple[int, ...],
    videos: list[list[FrameEntry]],
    min_gaps: int,
) -> _Table:
    """Keep the frames that have the pair, and the videos that have such."""
    kept = [
        np.array([
            frame.position for frame in video
            if set(pair) <= set(frame.gaps) and len(frame.gaps) >= min_gaps
        ]) for video in videos
    ]
    return _Table(pair, [frames for frames in kept if len(frames)])
