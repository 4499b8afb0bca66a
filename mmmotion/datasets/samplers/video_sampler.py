"""Endless sampling that depends on nothing but the seed and the draw."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from mmmotion.registry import DATA_SAMPLERS

from ..draw import FrameDraw, sample_rng
from .videos import FrameEntry, group_by_video


class _Table(NamedTuple):
    """The frames, video by video, among which one is drawn."""

    pair: tuple[int, ...]
    videos: list[np.ndarray]


@DATA_SAMPLERS.register_module()
class VideoSampler(Sampler):
    """Draw a video, then a frame of it, then gaps, each uniformly.

    A short video is drawn as often as a long one. Draw n is a function of
    the seed and n alone; rank r of W takes the draws r, r + W, and so on.
    Therefore the ranks together see what a single one with the whole batch
    would see, and a run goes on exactly where it stopped after ``skip``.

    ``gap_sampling='pairs'`` is the scheme of the released code of Guess What
    Moves: draw one of the unordered pairs of gaps, in the order of the list,
    then a video, then a frame that has flow for both gaps of the pair, and
    use the first of the two. Of four gaps the first is used in 1/2 of the
    draws, the second in 1/3, the third in 1/6 and the fourth never.

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

    Raises:
        ValueError: If an argument is outside its range, or no frame has the
            gaps that are asked for.
    """

    def __init__(
        self,
        dataset: BaseDataset,
        seed: int | None = None,
        gap_sampling: str = 'uniform',
        num_gaps: int = 1,
        gaps: Sequence[int] | None = None,
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
        self.seed = sync_random_seed() if seed is None else int(seed)
        if self.seed < 0:
            raise ValueError(f'expected seed not to be negative, got {seed}')
        self.rank, self.world_size = get_dist_info()
        self.gap_sampling = gap_sampling
        self.num_gaps = num_gaps
        self._start = 0
        videos = group_by_video(dataset, gaps)
        self._gaps_of = {
            frame.position: frame.gaps
            for video in videos
            for frame in video
        }
        if gap_sampling == 'pairs':
            self._tables = self._make_pairs(videos)
        else:
            self._tables = self._make_single(videos)

    def skip(self, num_draws: int) -> None:
        """Start later by a number of draws of this rank.

        Calls add up. A loader that is already being iterated goes on as
        before.
        """
        if num_draws < 0:
            raise ValueError(
                f'expected num_draws not to be negative, got {num_draws}'
            )
        self._start += num_draws

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

    def __iter__(self) -> Iterator[FrameDraw]:
        """Yield the draws of this rank without end."""
        first = self._start * self.world_size + self.rank
        for number in itertools.count(first, self.world_size):
            yield self.draw(number)

    def __len__(self) -> int:
        """Nominal length: the frames that the first table can draw."""
        return sum(len(frames) for frames in self._tables[0].videos)

    def _make_single(self, videos: list[list[FrameEntry]]) -> list[_Table]:
        """One table of all frames that have enough gaps."""
        has_gaps = any(self._gaps_of.values())
        table = _select((), videos, self.num_gaps if has_gaps else 0)
        if not table.videos:
            raise ValueError(
                f'expected frames with at least {self.num_gaps} gap(s), got '
                f'none among {len(self._gaps_of)} frames'
            )
        return [table]

    def _make_pairs(self, videos: list[list[FrameEntry]]) -> list[_Table]:
        """One table for each pair of gaps that some frame has."""
        # The longest list has all gaps in the order of the data set, unless
        # every video is too short for that.
        ordered = sorted(self._gaps_of.values(), key=len, reverse=True)
        order = dict.fromkeys(itertools.chain.from_iterable(ordered))
        tables = [
            _select(pair, videos, 2)
            for pair in itertools.combinations(order, 2)
        ]
        tables = [table for table in tables if table.videos]
        if not tables:
            raise ValueError(
                "expected frames with two gaps for gap_sampling='pairs', "
                f'got none among {len(self._gaps_of)} frames with the gaps '
                f'{tuple(order)}'
            )
        return tables

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
