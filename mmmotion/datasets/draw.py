"""Indices that carry the randomness of the sample they stand for."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class FrameDraw(int):
    """Index of a frame, with the number and the seed of its draw.

    It is an ``int`` for everything that only wants an index. Sums,
    differences and remainders keep the draw, so that it survives data set
    wrappers that shift indices, like mmengine's ``ConcatDataset``.

    Args:
        index: Position of the frame in the data set.
        draw: How many samples were drawn before this one, over all ranks.
        seed: Seed of the sampler, not negative.
        gaps: Signed frame gaps whose flow the sample uses; None leaves the
            choice to the pipeline.
    """

    draw: int
    seed: int
    gaps: tuple[int, ...] | None

    def __new__(
        cls,
        index: int,
        draw: int | None = None,
        seed: int = 0,
        gaps: Sequence[int] | None = None,
    ) -> 'FrameDraw':
        """Make an ``int`` and attach the draw to it."""
        self = super().__new__(cls, index)
        self.draw = int(index) if draw is None else int(draw)
        self.seed = int(seed)
        self.gaps = None if gaps is None else tuple(int(gap) for gap in gaps)
        return self

    @classmethod
    def wrap(cls, index: int) -> 'FrameDraw':
        """Return a draw as it is and a plain index as its own draw."""
        return index if isinstance(index, cls) else cls(index)

    def at(self, index: int) -> 'FrameDraw':
        """Return the same draw for another frame."""
        return FrameDraw(index, self.draw, self.seed, self.gaps)

    def __add__(self, other: int) -> 'FrameDraw':
        return self.at(int(self) + int(other))

    def __sub__(self, other: int) -> 'FrameDraw':
        return self.at(int(self) - int(other))

    def __mod__(self, other: int) -> 'FrameDraw':
        return self.at(int(self) % int(other))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrameDraw, (int(self), self.draw, self.seed, self.gaps)

    def __repr__(self) -> str:
        return (
            f'FrameDraw({int(self)}, draw={self.draw}, seed={self.seed}, '
            f'gaps={self.gaps})'
        )


def sample_rng(results: Mapping[str, Any], name: str) -> np.random.Generator:
    """Make the random generator of one transform for one sample.

    It depends on nothing but the seed, the draw number and the name, so that
    a sample looks the same for any number of workers and after a resume.

    Args:
        results: The sample, with ``draw`` and ``seed``; both count as 0 if
            they are missing.
        name: What the numbers are for, usually the name of the transform.
    """
    key = (
        results.get('seed', 0),
        results.get('draw', 0),
        zlib.crc32(name.encode()),
    )
    return np.random.default_rng(key)
