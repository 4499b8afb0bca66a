"""Endless sampling of two frames of a video."""

import logging
from functools import cached_property

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from mmmotion.registry import DATA_SAMPLERS

from ..draw import FrameDraw, sample_rng
from .endless_sampler import EndlessSampler
from .shortage import describe_folder
from .videos import VideoSpan, list_spans

_MAX_NAMED = 10


@DATA_SAMPLERS.register_module()
class FramePairSampler(EndlessSampler):
    """Draw one random pair of frames of every video, again and again.

    Each pass takes every video once, in a random order of its own. The step
    between the frames is uniform in 1..``max_step`` (or in 1..n-1 for a
    shorter video of n frames), the first frame uniform among those that have
    another that many frames later. The sample gets the step as its only gap,
    for ``LoadFrames(gaps=None)``. Draws depend on seed and number alone, and
    are split over the ranks, as those of ``VideoSampler``, which draws gaps
    among those that there is flow for.

    With ``each='frame'`` each pass takes every frame that can be the first of
    a pair once, with a step that is uniform among those possible from it.

    With ``mirror_ends`` the first frame may be any, and where a video ends it
    goes on backwards, its last frame repeated: from the last frame a step of
    1 leads to itself (gap 0), and longer steps may lead back. This is the
    rule of the released code of Liu et al., "The Emergence of Objectness:
    Learning Zero-Shot Segmentation from Videos", NeurIPS 2021.

    Args:
        dataset: Data set whose entries have ``video_id``, ``frame_index`` and
            ``num_frames``.
        seed: Seed of all draws, not negative. None takes a random one that
            all ranks share, and such a run cannot be resumed exactly.
        max_step: Largest step, in frames.
        each: What each pass takes once: ``'video'`` or ``'frame'``.
        mirror_ends: Whether videos go on backwards at their end. Otherwise
            videos of one frame are left out, which is logged.
        split_over_ranks: Whether the ranks share the draws; otherwise each
            of them takes all.

    Raises:
        ValueError: If ``max_step`` is not positive, ``each`` another word, no
            video is long enough, or the data set does not offer some of the
            gaps.
    """

    def __init__(
        self,
        dataset: BaseDataset,
        seed: int | None = None,
        max_step: int = 1,
        each: str = 'video',
        mirror_ends: bool = False,
        split_over_ranks: bool = True,
    ) -> None:
        if max_step < 1:
            raise ValueError(
                f'expected max_step to be at least 1, got {max_step}'
            )
        if each not in ('video', 'frame'):
            raise ValueError(
                f"expected each to be 'video' or 'frame', got {each!r}"
            )
        super().__init__(seed, split_over_ranks)
        self.each = each
        self.max_step = max_step
        self.mirror_ends = mirror_ends
        self._check_gaps(dataset)
        spans = list_spans(dataset)
        self._spans = [span for span in spans if self._longest_step(span) > 0]
        if not self._spans:
            raise ValueError(
                'expected videos of at least 2 frames, got none in '
                f'{describe_folder(dataset)} ({len(spans)} videos, '
                f'{len(dataset)} frames)'
            )
        self._warn(dataset, spans)
        self._pass = -1
        self._order = np.arange(len(self))

    def draw(self, number: int) -> FrameDraw:
        """Return one draw.

        Args:
            number: Position among the draws of all ranks, from 0.
        """
        which_pass, place = divmod(number, len(self))
        place = int(self._order_of(which_pass)[place])
        rng = sample_rng(dict(seed=self.seed, draw=number), 'FramePairSampler')
        if self.each == 'frame':
            which, index = self._firsts[place]
            span = self._spans[which]
            longest = self._longest_step(span, index)
            step = int(rng.integers(longest)) + 1
        else:
            span = self._spans[place]
            step = int(rng.integers(self._longest_step(span))) + 1
            index = int(rng.integers(self._count_starts(span, step)))
        start = int(span.frame_indices[index])
        end = (start + step) % (2 * span.num_frames)
        if end >= span.num_frames:
            end = 2 * span.num_frames - 1 - end
        return FrameDraw(
            span.first + index, number, self.seed, (end - start, )
        )

    def __len__(self) -> int:
        """Nominal length: the videos, or frames, of one pass."""
        return len(self._spans if self.each == 'video' else self._firsts)

    @cached_property
    def _firsts(self) -> list[tuple[int, int]]:
        """Span and position in it of every frame that begins a pair."""
        return [(which, index) for which, span in enumerate(self._spans)
                for index in range(self._count_starts(span, 1))]

    def _count_starts(self, span: VideoSpan, step: int) -> int:
        """Number of frames that have another that many frames later."""
        starts = span.frame_indices
        if self.mirror_ends:
            return len(starts)
        return int(np.searchsorted(starts, span.num_frames - step))

    def _order_of(self, which_pass: int) -> np.ndarray:
        if which_pass != self._pass:
            key = dict(seed=self.seed, draw=which_pass)
            rng = sample_rng(key, 'FramePairSampler order')
            self._order = rng.permutation(len(self))
            self._pass = which_pass
        return self._order

    def _longest_step(self, span: VideoSpan, index: int = 0) -> int:
        """Longest step from a frame, or from any."""
        if self.mirror_ends:
            return self.max_step
        last = span.num_frames - 1
        return min(self.max_step, last - int(span.frame_indices[index]))

    def _check_gaps(self, dataset: BaseDataset) -> None:
        needed = set(range(1, self.max_step + 1))
        if self.mirror_ends:
            needed |= set(range(1 - self.max_step, 0))
        for part in getattr(dataset, 'datasets', [dataset]):
            offered = getattr(part, 'gaps', needed)
            if not needed <= set(offered):
                raise ValueError(
                    f'expected gaps of the data set {type(part).__name__} to '
                    f'have all of {sorted(needed)} for max_step='
                    f'{self.max_step}, got {tuple(offered)}'
                )

    def _warn(self, dataset: BaseDataset, spans: list[VideoSpan]) -> None:
        short = [span for span in spans if self._longest_step(span) < 1]
        names = [
            dataset.get_data_info(span.first)['video_id']
            for span in short[:_MAX_NAMED]
        ]
        if short:
            more = ', ...' if len(short) > _MAX_NAMED else ''
            print_log(
                f'{len(short)} of {len(spans)} videos in '
                f'{describe_folder(dataset)} have no pair of frames and are '
                f'never drawn: {", ".join(names)}{more}',
                logger='current',
                level=logging.WARNING,
            )
