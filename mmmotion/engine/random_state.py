"""The state of every global random generator, as plain values."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_gather_object


def get_random_state() -> dict[str, Any]:
    """Read the generators of torch, CUDA, numpy and Python.

    Returns:
        A dict of tensors, lists and numbers, safe in a checkpoint.
    """
    name, keys, *rest = np.random.get_state(legacy=True)
    state: dict[str, Any] = dict(
        torch=torch.get_rng_state(),
        numpy=[name, np.asarray(keys).tolist(), *rest],
        python=random.getstate(),
    )
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, Any]) -> None:
    """Put back what :func:`get_random_state` returned.

    Args:
        state: The state; the part of CUDA is skipped without a device.
    """
    torch.set_rng_state(state['torch'].cpu())
    name, keys, *rest = state['numpy']
    np.random.set_state((name, np.array(keys, dtype=np.uint32), *rest))
    version, internal, gauss = state['python']
    random.setstate((version, tuple(internal), gauss))
    if 'cuda' in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())


def gather_random_states() -> list[dict[str, Any]]:
    """Collect the state of each process; every process must call it.

    Returns:
        One state per rank, in the order of the ranks.
    """
    return all_gather_object(get_random_state())


def seed_rank(seed: int, rank: int) -> None:
    """Give a process random numbers that no other process draws.

    All processes start a run with equal generators, so that equal models are
    built. What is drawn in training, such as the first slots of noise or a
    dropout, has to differ between them. The first process keeps the numbers
    that it would draw alone.

    Args:
        seed: Seed of the run.
        rank: Number of the process.
    """
    if rank > 0:
        _seed(int(np.random.SeedSequence((seed, rank)).generate_state(1)[0]))


def _seed(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


class RandomStream:
    """Random numbers that nothing outside of its use draws from.

    Args:
        seed: Where the stream starts, from 0 to 2 ** 32 - 1.
    """

    def __init__(self, seed: int) -> None:
        outside = get_random_state()
        _seed(seed)
        self._state = get_random_state()
        set_random_state(outside)

    @contextmanager
    def use(self) -> Iterator[None]:
        """Let all global generators continue the stream, for a while."""
        outside = get_random_state()
        set_random_state(self._state)
        try:
            yield
        finally:
            self._state = get_random_state()
            set_random_state(outside)
