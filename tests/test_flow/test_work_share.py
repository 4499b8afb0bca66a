import argparse
import os

import pytest

from mmmotion.flow.work_share import count_cores, parse_shard, rank_shard


def test_a_shard_is_read():
    assert parse_shard('2/5') == (2, 5)


@pytest.mark.parametrize('text', ['2', '2/2', '-1/2', 'a/b', '', '1/2/3'])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match=f"got '{text}'"):
        parse_shard(text)


def test_ranks_are_shards_and_one_process_does_everything(monkeypatch):
    for name in ('RANK', 'WORLD_SIZE'):
        monkeypatch.delenv(name, raising=False)
    assert rank_shard() == (0, 1)
    monkeypatch.setenv('RANK', '3')
    monkeypatch.setenv('WORLD_SIZE', '8')
    assert rank_shard() == (3, 8)


@pytest.mark.parametrize('num_ranks, expected', [(1, 6), (4, 1), (9, 1)])
def test_local_ranks_share_the_cores(monkeypatch, num_ranks, expected):
    monkeypatch.setattr(
        os, 'sched_getaffinity', lambda pid: set(range(6)), raising=False
    )
    monkeypatch.setenv('LOCAL_WORLD_SIZE', str(num_ranks))
    assert count_cores() == expected
