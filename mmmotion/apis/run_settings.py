"""Choices of a run besides its method."""

import operator
from dataclasses import dataclass

_MAX_SEED = 2**32 - 1  # of NumPy


@dataclass(frozen=True)
class RunSettings:
    """Choices of a run besides its method.

    Attributes:
        adapt_iters: Iterations of the training on the video; None takes
            those of the config without weights, and none with weights.
        num_objects: Objects to tell apart: a number or ``'auto'``; None
            makes all that moves one object.
        moving_only: Whether objects that stand still are dropped.
        max_frames: How many frames to take at most; None takes all.
        seed: Seed of all random numbers.
        num_workers: Processes that compute flow; None takes as many as are
            worth it.

    Raises:
        ValueError: If a value is none of these.
    """

    adapt_iters: int | None = None
    num_objects: int | str | None = None
    moving_only: bool = False
    max_frames: int | None = None
    seed: int = 0
    num_workers: int | None = None

    def __post_init__(self) -> None:
        objects = self.num_objects
        if isinstance(objects, str) and objects != 'auto':
            raise ValueError(
                "expected num_objects to be a number or 'auto', got "
                f'{objects!r}'
            )
        least = dict(
            adapt_iters=0,
            num_objects=1,
            max_frames=1,
            seed=0,
            num_workers=0,
        )
        for name, bound in least.items():
            value = getattr(self, name)
            if value is None or value == 'auto':
                continue
            if not hasattr(value, '__index__'):
                raise ValueError(
                    f'expected {name} to be a whole number, got {value!r}'
                )
            if value < bound:
                raise ValueError(
                    f'expected {name} to be {bound} or more, got {value}'
                )
            # Such as NumPy has, for JSON.
            object.__setattr__(self, name, operator.index(value))
        if self.seed > _MAX_SEED:
            raise ValueError(
                f'expected seed to be at most {_MAX_SEED}, got {self.seed}'
            )
