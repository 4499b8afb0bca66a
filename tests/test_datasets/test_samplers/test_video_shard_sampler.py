import itertools

import pytest

from mmmotion.datasets import BaseMotionDataset, VideoShardSampler
from mmmotion.datasets.samplers import video_shard_sampler
from mmmotion.registry import DATA_SAMPLERS


class Videos(BaseMotionDataset):

    def __init__(self, lengths, **kwargs):
        self.lengths = lengths
        super().__init__(**kwargs)

    def load_data_list(self):
        return [
            dict(video_id=f'v{v}', frame_index=t)
            for v, length in enumerate(self.lengths) for t in range(length)
        ]


def shards(monkeypatch, lengths, world_size):
    dataset = Videos(lengths)
    result = []
    for rank in range(world_size):
        monkeypatch.setattr(
            video_shard_sampler,
            'get_dist_info',
            lambda rank=rank: (rank, world_size),
        )
        result.append(VideoShardSampler(dataset))
    return dataset, result


@pytest.mark.parametrize('world_size', [1, 2, 3, 5])
def test_ranks_share_whole_videos_in_order(monkeypatch, world_size):
    dataset, parts = shards(monkeypatch, (4, 1, 7, 3), world_size)
    assert list(itertools.chain(*parts)) == list(range(15))
    owners = [{dataset.get_data_info(i)['video_id']
               for i in part} for part in parts]
    assert sum(map(len, owners)) == 4
    assert [len(list(part)) for part in parts] == list(map(len, parts))


def test_ranks_get_similar_numbers_of_frames(monkeypatch):
    _, parts = shards(monkeypatch, (10, ) * 20, 2)
    assert [len(part) for part in parts] == [100, 100]


def test_a_rank_may_be_left_without_videos(monkeypatch):
    _, parts = shards(monkeypatch, (6, ), 2)
    assert sorted(len(part) for part in parts) == [0, 6]


def test_built_as_the_runner_does():
    sampler = DATA_SAMPLERS.build(
        dict(type='VideoShardSampler'),
        default_args=dict(dataset=Videos((2, 2)), seed=11),
    )
    assert list(sampler) == [0, 1, 2, 3]
