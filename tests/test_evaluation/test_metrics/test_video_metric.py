"""Gathering of frames from any number of processes."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as mp
from mmengine.dist import get_rank

from mmmotion.evaluation.metrics import (
    FrameRecord,
    VideoMetric,
    merge_records,
)


class CollectingMetric(VideoMetric):
    """Returns the number of frames, and notes their names."""

    default_prefix = 'test'

    def record(self, sample):
        return sample

    def compute_metrics(self, results):
        self.names = [f'{each.video_id}/{each.frame_id}' for each in results]
        return dict(frames=float(len(results)), rank=float(get_rank()))


def records(video: str, num: int) -> list[FrameRecord]:
    return [
        FrameRecord(video, f'{index:05d}', index, num, dict(J=index / num))
        for index in range(num)
    ]


def test_nothing_is_cut_to_the_size_of_the_data_set():
    metric = CollectingMetric()
    metric.process(None, records('a', 7))
    assert metric.evaluate(size=3)['test/frames'] == 7
    assert metric.results == []


def test_frames_are_in_temporal_order_whatever_their_names():
    shuffled = [
        FrameRecord('a', name, index, 3, None)
        for index, name in ((2, '1'), (0, '3'), (1, '2'))
    ]
    merged = merge_records([records('b', 1), shuffled])
    assert [each.frame_id for each in merged] == ['3', '2', '1', '00000']


def test_repeated_frames_count_once():
    merged = merge_records([records('a', 3), records('a', 3), records('b', 2)])
    assert merged == records('a', 3) + records('b', 2)


def test_order_does_not_depend_on_the_processes():
    parts = [records(video, 3) for video in 'abc']
    alone = merge_records([parts[0] + parts[1] + parts[2]])
    assert merge_records(parts[::-1]) == alone
    assert merge_records([parts[2] + parts[0], parts[1], []]) == alone


def test_a_prefix_may_be_chosen():
    assert 'mine/frames' in CollectingMetric(prefix='mine').evaluate(0)


@pytest.mark.parametrize(
    'frames, kept', [('all', 'abcd'), ('but_last', 'abc'), ('inner', 'bc')]
)
def test_frames_that_are_left_out_are_counted(frames, kept):
    results = [
        FrameRecord('v', name, index, 4, dict(J=1.0))
        for index, name in enumerate('abcd')
    ]
    results.append(FrameRecord('w', 'e', 1, 4, None))
    scored, counts = CollectingMetric(frames).select(results)
    assert ''.join(each.frame_id for each in scored) == kept
    assert counts == dict(
        num_sequences=1,
        num_frames=len(kept),
        num_unannotated=1,
        num_left_out=4 - len(kept),
    )


def test_a_log_without_numbers_says_why(monkeypatch):
    from mmmotion.evaluation.metrics import video_metric
    texts = []
    monkeypatch.setattr(
        video_metric, 'print_log', lambda text, **kwargs: texts.append(text)
    )
    unannotated = FrameRecord('v', 'a', 0, 1, None)
    assert CollectingMetric('inner').select([unannotated])[0] == []
    assert texts == [
        "nothing to score: 1 of 1 frames have no gt_masks, frames='inner' "
        'leaves none'
    ]


class FullDisk(CollectingMetric):
    """Cannot write its results."""

    def compute_metrics(self, results):
        raise OSError('no space left')


def _join(rank: int, port: int) -> None:
    torch.distributed.init_process_group(
        'gloo',
        init_method=f'tcp://127.0.0.1:{port}',
        rank=rank,
        world_size=2,
        timeout=timedelta(seconds=60),
    )


def _evaluate_in_group(rank: int, port: int, folder: str) -> None:
    _join(rank, port)
    metric = CollectingMetric()
    videos = records('b', 9) if rank == 0 else records('a', 2)
    metric.process(None, videos)
    result = metric.evaluate(size=4)
    torch.save(
        dict(result=result, names=getattr(metric, 'names', None)),
        Path(folder) / f'{rank}.pth',
    )
    torch.distributed.destroy_process_group()


def _fail_in_group(rank: int, port: int, folder: str) -> None:
    _join(rank, port)
    try:
        FullDisk().evaluate(size=4)
    except Exception as error:
        text = f'{type(error).__name__}: {error}'
        (Path(folder) / f'{rank}.txt').write_text(text)
    # The group is whole: what follows the error still works.
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


def spawn(function, folder: Path) -> None:
    """Run a function in two processes that form a group."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    mp.spawn(function, (port, str(folder)), nprocs=2)


def test_two_processes_with_uneven_videos_lose_nothing(tmp_path):
    spawn(_evaluate_in_group, tmp_path)
    main, other = (torch.load(tmp_path / f'{rank}.pth') for rank in range(2))
    assert main['result'] == other['result'] == {
        'test/frames': 11.0,
        'test/rank': 0.0,
    }
    alone = merge_records([records('a', 2) + records('b', 9)])
    assert main['names'] == [
        f'{each.video_id}/{each.frame_id}' for each in alone
    ]
    assert other['names'] is None


def test_an_error_of_the_main_process_is_raised_by_every_process(tmp_path):
    spawn(_fail_in_group, tmp_path)
    main, other = ((tmp_path / f'{rank}.txt').read_text() for rank in (0, 1))
    assert main == 'OSError: no space left'
    assert other == (
        'RuntimeError: FullDisk failed on the main process: '
        'OSError: no space left'
    )


def test_an_error_of_a_single_process_is_its_own():
    with pytest.raises(OSError, match='no space left'):
        FullDisk().evaluate(size=4)
