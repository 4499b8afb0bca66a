"""The part of a work that falls to this process, as command lines ask it."""

import argparse
import os


def parse_shard(text: str) -> tuple[int, int]:
    """Read which part of how many is meant.

    Args:
        text: ``'i/n'``, parts counted from 0.

    Returns:
        i and n.

    Raises:
        ArgumentTypeError: If it is something else, or not 0 <= i < n.
    """
    index, _, num_shards = text.partition('/')
    try:
        shard = int(index), int(num_shards)
    except ValueError:
        shard = 0, 0
    if not 0 <= shard[0] < shard[1]:
        raise argparse.ArgumentTypeError(
            f'expected i/n with 0 <= i < n, for example 0/4, got {text!r}'
        )
    return shard


def rank_shard() -> tuple[int, int]:
    """Return rank and number of the processes that a launcher started."""
    return (
        int(os.environ.get('RANK', 0)), int(os.environ.get('WORLD_SIZE', 1))
    )


def count_cores() -> int:
    """Return the cores of this process, shared among the local ranks."""
    if hasattr(os, 'sched_getaffinity'):
        num_cores = len(os.sched_getaffinity(0))
    else:
        num_cores = os.cpu_count() or 1
    return max(1, num_cores // int(os.environ.get('LOCAL_WORLD_SIZE', 1)))
