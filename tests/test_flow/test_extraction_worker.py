import signal

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmmotion.flow import FlowEstimator, read_flow
from mmmotion.flow.extraction_worker import (
    Chunk,
    FlowWorker,
    Pair,
    run_chunk,
    start_worker,
)


class Difference(FlowEstimator):
    """Difference of the frames' first pixels as flow along x."""

    name = 'difference'

    def estimate(self, img1, img2):
        flow = np.zeros((*img1.shape[:2], 2), np.float32)
        flow[..., 0] = float(img2[0, 0, 0]) - float(img1[0, 0, 0])
        return flow


class Fixed(FlowEstimator):
    """Returns what it was given, whatever the frames show."""

    name = 'fixed'

    def __init__(self, flow):
        self.flow = flow

    def estimate(self, img1, img2):
        if isinstance(self.flow, Exception):
            raise self.flow
        return self.flow


class Batched(Difference):
    """Notes the size of its batches and refuses one of the flows."""

    name = 'batched'

    def __init__(self, refused=None):
        self.sizes = []
        self.refused = refused

    def estimate_batch(self, pairs):
        self.sizes.append(len(pairs))
        flows = super().estimate_batch(pairs)
        if any(flow[0, 0, 0] == self.refused for flow in flows):
            raise ValueError('refused')
        return flows


@pytest.fixture
def chunk(tmp_path):
    """Frames of grey value 0, 10 and 30, and the flows between them."""
    paths = {}
    for position, value in enumerate((0, 10, 30)):
        path = tmp_path / f'{position}.png'
        Image.new('RGB', (6, 4), (value, ) * 3).save(path)
        paths[position] = str(path)
    pairs = [
        Pair(source, target, str(tmp_path / f'flow{source}{target}.flo'))
        for source, target in ((0, 1), (1, 2), (2, 0))
    ]
    return Chunk(paths, tuple(pairs), (4, 6), paths[0])


def test_writes_the_flow_of_each_pair(chunk):
    result = FlowWorker(Difference()).run(chunk)
    assert (result.num_written, result.num_skipped) == (3, 0)
    found = [read_flow(pair.path) for pair in chunk.pairs]
    assert [flow[0, 0].tolist() for flow in found] == [[10, 0], [20, 0],
                                                       [-30, 0]]
    assert all(flow.shape == (4, 6, 2) for flow in found)


@pytest.mark.parametrize(
    'batch_size, sizes', [(1, [1, 1, 1]), (2, [2, 1]), (8, [3])]
)
def test_batches_give_what_single_pairs_give(chunk, batch_size, sizes):
    estimator = Batched()
    FlowWorker(estimator, batch_size=batch_size).run(chunk)
    assert estimator.sizes == sizes
    found = [read_flow(pair.path)[0, 0, 0] for pair in chunk.pairs]
    assert found == [10, 20, -30]


def test_one_bad_pair_does_not_spoil_its_batch(chunk):
    worker = FlowWorker(Batched(refused=20), skip_errors=True, batch_size=3)
    result = worker.run(chunk)
    assert (result.num_written, result.num_skipped) == (2, 1)
    assert len(result.errors) == 1
    assert '1.png to' in result.errors[0] and 'refused' in result.errors[0]
    worker = FlowWorker(Batched(refused=20), batch_size=3)
    with pytest.raises(ValueError, match=r'Batched, .*1\.png to .*2\.png: r'):
        worker.run(chunk)


def test_a_batch_goes_on_without_a_broken_frame(chunk):
    open(chunk.frame_paths[1], 'wb').close()
    estimator = Batched()
    worker = FlowWorker(estimator, skip_errors=True, batch_size=3)
    result = worker.run(chunk)
    assert (result.num_written, result.num_skipped) == (1, 2)
    assert estimator.sizes == [1]


def test_frames_are_resized_first(chunk):
    FlowWorker(Difference(), size=(2, 3)).run(chunk)
    assert read_flow(chunk.pairs[0].path).shape == (2, 3, 2)


def test_a_broken_frame_is_named_or_counted(chunk):
    path = chunk.frame_paths[1]
    open(path, 'wb').close()
    with pytest.raises(ValueError, match=r'cannot read frame .*1\.png'):
        FlowWorker(Difference()).run(chunk)
    result = FlowWorker(Difference(), skip_errors=True).run(chunk)
    assert (result.num_written, result.num_skipped) == (1, 2)
    assert len(result.errors) == 1 and path in result.errors[0]


def test_frames_of_another_size_are_named(chunk):
    Image.new('RGB', (6, 5)).save(chunk.frame_paths[2])
    with pytest.raises(ValueError,
                       match=r'\(5, 6\) in .*2\.png, \(4, 6\) in .*0\.png'):
        FlowWorker(Difference()).run(chunk)


@pytest.mark.parametrize(
    'flow, message',
    [
        (np.zeros((6, 4, 2)), r'shape \(4, 6, 2\), got shape \(6, 4, 2\)'),
        (np.full((4, 6, 2), np.nan), 'and 48 values that are not finite'),
        (
            ValueError('too dark'),
            r'Fixed, from .*0\.png to .*1\.png: too dark'
        ),
    ],
)
def test_an_estimator_that_fails_is_named_with_its_frames(
    chunk, flow, message
):
    with pytest.raises(ValueError, match=message):
        FlowWorker(Fixed(flow)).run(chunk)


def test_a_bug_in_an_estimator_is_not_taken_for_a_bad_frame(chunk):
    worker = FlowWorker(Fixed(KeyError('a')), skip_errors=True)
    with pytest.raises(KeyError):
        worker.run(chunk)


def test_a_flow_that_cannot_be_written_stops_even_if_errors_are_skipped(chunk):
    pair = Pair(0, 1, chunk.frame_paths[0] + '/flow.flo')
    chunk = Chunk(chunk.frame_paths, (pair, ), (4, 6), '')
    with pytest.raises(OSError, match=r'0\.png'):
        FlowWorker(Difference(), skip_errors=True).run(chunk)


def test_a_process_is_prepared_once_and_works_on_chunks(chunk, monkeypatch):
    threads = cv2.getNumThreads(), torch.get_num_threads()
    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr('mmmotion.flow.extraction_worker._worker', None)
    try:
        estimator = dict(type='ConstantFlowEstimator', u=2.5)
        start_worker(estimator, (), 'cpu', None, False, 2)
        assert run_chunk(chunk).num_written == 3
        assert cv2.getNumThreads() == torch.get_num_threads() == 1
    finally:
        cv2.setNumThreads(threads[0])
        torch.set_num_threads(threads[1])
        signal.signal(signal.SIGINT, handler)
    assert (read_flow(chunk.pairs[0].path) == (2.5, 0)).all()
