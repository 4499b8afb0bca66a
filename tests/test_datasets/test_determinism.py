"""Samples of a whole data loader, from files to tensors."""

import itertools

import pytest
import torch
from mmengine.runner import Runner

from mmmotion.datasets.samplers import endless_sampler

PIPELINE = [
    dict(type='LoadFrames'),
    dict(type='LoadFlows'),
    dict(type='ResizeFrames', size=(8, 14)),
    dict(type='RandomFlip'),
    dict(type='ColorJitter'),
    dict(type='PackMotionInputs'),
]


@pytest.fixture
def load(tree, monkeypatch):
    """Loader of the first batches of one rank, as a runner builds it."""
    tree.add_video('cat', 5, gaps=(1, 2, -1, -2))
    tree.add_video('elephant', 9, gaps=(1, 2, -1, -2))

    def first_batches(batch_size, num_workers=0, rank=0, world_size=1, skip=0):
        monkeypatch.setattr(
            endless_sampler, 'get_dist_info', lambda: (rank, world_size)
        )
        config = dict(
            batch_size=batch_size,
            num_workers=num_workers,
            sampler=dict(type='VideoSampler'),
            dataset=dict(
                type='DAVIS2016',
                data_root=str(tree.root),
                flow_estimator='dis',
                require_flow=True,
                pipeline=PIPELINE,
            ),
        )
        loader = Runner.build_dataloader(config, seed=5)
        loader.sampler.skip(skip)
        batches = list(itertools.islice(loader, 4))
        return [batch_samples(batch) for batch in batches]

    return first_batches


def batch_samples(batch):
    """Samples by name; the frame and its flow tell draws apart."""
    inputs = batch['inputs']
    return [(sample.video_id, sample.frame_id, sample.gaps, frames, flows)
            for sample, frames, flows in
            zip(batch['data_samples'], inputs['frames'], inputs['flows'])]


def assert_equal(one, two):
    assert len(one) == len(two)
    for (*names, frames, flows), (*others, more_frames,
                                  more_flows) in zip(one, two):
        assert names == others
        assert torch.equal(frames, more_frames)
        assert torch.equal(flows, more_flows)


def test_samples_do_not_depend_on_the_number_of_workers(load):
    for one, two in zip(load(4, num_workers=0), load(4, num_workers=2)):
        assert_equal(one, two)


def test_two_ranks_see_the_batch_of_one_in_every_iteration(load):
    whole = load(4)
    first, second = (load(2, rank=rank, world_size=2) for rank in range(2))
    for batch, even, odd in zip(whole, first, second):
        merged = [sample for pair in zip(even, odd) for sample in pair]
        assert_equal(batch, merged)


def test_a_resumed_loader_goes_on_with_the_next_batch(load):
    whole = load(4)
    assert_equal(load(4, num_workers=2, skip=8)[0], whole[2])
