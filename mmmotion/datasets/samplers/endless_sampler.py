"""What samplers without an end share: seed, ranks and resuming."""

import itertools
from abc import abstractmethod
from collections.abc import Iterator

from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from ..draw import FrameDraw


class EndlessSampler(Sampler):
    """Number all draws, and deal them out to the ranks.

    A draw depends on the seed and its number alone, so a run gives the same
    samples with any number of ranks, and a resumed one skips those it had.

    Args:
        seed: Seed of all draws, not negative. None takes a random one that
            all ranks share, and such a run cannot be resumed exactly.
        split_over_ranks: Whether the ranks share the draws; otherwise each
            of them takes all.

    Raises:
        ValueError: If the seed is negative.
    """

    def __init__(
        self, seed: int | None = None, split_over_ranks: bool = True
    ) -> None:
        self.seed = sync_random_seed() if seed is None else int(seed)
        if self.seed < 0:
            raise ValueError(f'expected seed not to be negative, got {seed}')
        self.rank, self.world_size = 0, 1
        if split_over_ranks:
            self.rank, self.world_size = get_dist_info()
        self._start = 0

    def skip(self, num_draws: int) -> None:
        """Start later by a number of draws of this rank.

        Calls add up. A loader that is already being iterated goes on as
        before.

        Args:
            num_draws: How many, not negative.

        Raises:
            ValueError: If the number is negative.
        """
        if num_draws < 0:
            raise ValueError(
                f'expected num_draws not to be negative, got {num_draws}'
            )
        self._start += num_draws

    @abstractmethod
    def draw(self, number: int) -> FrameDraw:
        """Return one draw.

        Args:
            number: Position among the draws of all ranks, from 0.
        """

    def __iter__(self) -> Iterator[FrameDraw]:
        """Yield the draws of this rank without end."""
        first = self._start * self.world_size + self.rank
        for number in itertools.count(first, self.world_size):
            yield self.draw(number)
