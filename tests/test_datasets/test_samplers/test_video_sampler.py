import itertools
from collections import Counter

import numpy as np
import pytest
from torch.utils.data import DataLoader

from mmmotion.datasets import BaseMotionDataset, VideoSampler
from mmmotion.datasets.samplers import video_sampler
from mmmotion.registry import DATA_SAMPLERS

GAPS = (1, 2, -1, -2)


class Videos(BaseMotionDataset):
    """Videos of given lengths, with flow wherever both frames exist."""

    def __init__(self, *lengths, gaps=GAPS, **kwargs):
        self.lengths = lengths
        super().__init__(gaps=gaps, **kwargs)

    def load_data_list(self):
        return [
            dict(
                video_id=f'video{v}',
                frame_id=f'{t:05d}',
                frame_index=t,
                num_frames=length,
                available_gaps=tuple(
                    gap for gap in self.gaps if 0 <= t + gap < length
                ),
            ) for v, length in enumerate(self.lengths) for t in range(length)
        ]


def take(sampler, count):
    return list(itertools.islice(sampler, count))


def key(draw):
    return int(draw), draw.draw, draw.seed, draw.gaps


def on_rank(monkeypatch, rank, world_size, *args, **kwargs):
    monkeypatch.setattr(
        video_sampler, 'get_dist_info', lambda: (rank, world_size)
    )
    return VideoSampler(*args, **kwargs)


def shares(values):
    counts = Counter(values)
    return {value: counts[value] / counts.total() for value in counts}


def test_draws_do_not_depend_on_the_iterator():
    sampler = VideoSampler(Videos(5, 9), seed=3)
    assert list(map(key, take(sampler, 20))
                ) == [key(sampler.draw(number)) for number in range(20)]
    other = VideoSampler(Videos(5, 9), seed=4)
    assert list(map(key, take(other, 20))) != list(map(key, take(sampler, 20)))


def test_ranks_together_draw_what_one_rank_draws(monkeypatch):
    dataset = Videos(5, 9, 7)
    whole = take(on_rank(monkeypatch, 0, 1, dataset, seed=1), 24)
    parts = [
        take(on_rank(monkeypatch, rank, 2, dataset, seed=1), 12)
        for rank in range(2)
    ]
    for step in range(6):  # batches of 4, or of 2 on each rank
        batch = whole[4 * step:4 * step + 4]
        union = [d for part in parts for d in part[2 * step:2 * step + 2]]
        assert sorted(map(key, union)) == sorted(map(key, batch))


def test_skip_continues_where_a_rank_stopped(monkeypatch):
    dataset = Videos(5, 9, 7)
    whole = take(on_rank(monkeypatch, 1, 2, dataset, seed=1), 30)
    sampler = on_rank(monkeypatch, 1, 2, dataset, seed=1)
    sampler.skip(8)
    sampler.skip(2)
    assert list(map(key, take(sampler, 20))) == list(map(key, whole[10:]))


@pytest.mark.parametrize('num_workers', [0, 2])
def test_workers_do_not_change_samples(num_workers):

    def describe(results):
        noise = np.random.default_rng((results['seed'], results['draw']))
        return results['sample_idx'], results['gaps'], noise.random()

    dataset = Videos(6, 11, pipeline=[describe])
    sampler = VideoSampler(dataset, seed=2)
    loader = DataLoader(
        dataset,
        batch_size=3,
        sampler=sampler,
        num_workers=num_workers,
        collate_fn=lambda batch: batch,
    )
    loaded = list(itertools.chain(*itertools.islice(loader, 5)))
    assert loaded == [dataset[draw] for draw in take(sampler, 15)]


def test_uniform_draws_videos_not_frames():
    draws = take(VideoSampler(Videos(4, 36), seed=0), 4000)
    share = shares(int(draw) < 4 for draw in draws)
    assert share[True] == pytest.approx(0.5, abs=0.03)


def test_uniform_draws_among_the_gaps_of_the_frame():
    dataset = Videos(3)
    draws = take(VideoSampler(dataset, seed=0), 3000)
    gaps = {
        frame: shares(d.gaps for d in draws if d == frame)
        for frame in range(3)
    }
    assert set(gaps[0]) == {(1, ), (2, )}
    assert set(gaps[1]) == {(1, ), (-1, )}
    assert gaps[2][(-2, )] == pytest.approx(0.5, abs=0.06)


def test_pairs_use_the_gaps_in_the_released_proportions():
    sampler = VideoSampler(Videos(9, 20), seed=0, gap_sampling='pairs')
    share = shares(draw.gaps for draw in take(sampler, 6000))
    assert share[(1, )] == pytest.approx(1 / 2, abs=0.03)
    assert share[(2, )] == pytest.approx(1 / 3, abs=0.03)
    assert share[(-1, )] == pytest.approx(1 / 6, abs=0.03)
    assert (-2, ) not in share


def test_pairs_draw_frames_with_both_gaps():
    dataset = Videos(6)
    sampler = VideoSampler(dataset, gap_sampling='pairs', num_gaps=2, seed=0)
    drawn = {(int(draw), draw.gaps) for draw in take(sampler, 2000)}
    expected = {(t, pair)
                for pair in itertools.combinations(GAPS, 2)
                for t in range(6) if all(0 <= t + gap < 6 for gap in pair)}
    assert drawn == expected


def test_pairs_draw_among_the_videos_that_have_the_pair():
    # Two frames never have two gaps; three have both 1 and -1 in the middle.
    dataset = Videos(2, 3)
    draws = take(VideoSampler(dataset, seed=0, gap_sampling='pairs'), 200)
    assert all(2 <= draw < 5 for draw in draws)


def test_nominal_length_of_pairs_counts_frames_with_the_first_pair():
    sampler = VideoSampler(Videos(9, 20), seed=0, gap_sampling='pairs')
    assert len(sampler) == 7 + 18
    assert len(VideoSampler(Videos(9, 20), seed=0)) == 29


def test_gaps_can_be_restricted():
    sampler = VideoSampler(Videos(9), seed=0, gaps=(-1, ))
    draws = take(sampler, 100)
    assert {draw.gaps for draw in draws} == {(-1, )}
    assert min(draws) == 1


def test_several_gaps_of_a_sample_differ():
    sampler = VideoSampler(Videos(9), seed=0, num_gaps=3)
    for draw in take(sampler, 50):
        assert len(set(draw.gaps)) == 3


def test_without_flow_every_frame_is_drawn_without_gaps():
    draws = take(VideoSampler(Videos(3, 1, gaps=()), seed=0), 200)
    assert {int(draw) for draw in draws} == {0, 1, 2, 3}
    assert {draw.gaps for draw in draws} == {None}


def test_built_as_the_runner_does():
    sampler = DATA_SAMPLERS.build(
        dict(type='VideoSampler', gap_sampling='pairs'),
        default_args=dict(dataset=Videos(5), seed=11),
    )
    assert sampler.seed == 11


def test_rejects_bad_settings():
    dataset = Videos(5)
    with pytest.raises(ValueError, match="'uniform' or 'pairs', got 'all'"):
        VideoSampler(dataset, gap_sampling='all')
    with pytest.raises(ValueError, match='at most 2'):
        VideoSampler(dataset, gap_sampling='pairs', num_gaps=3)
    with pytest.raises(ValueError, match='seed not to be negative'):
        VideoSampler(dataset, seed=-1)
    with pytest.raises(ValueError, match='num_draws'):
        VideoSampler(dataset, seed=0).skip(-1)
    with pytest.raises(ValueError, match=r'two gaps .* gaps \(1,\)'):
        VideoSampler(Videos(5, gaps=(1, )), gap_sampling='pairs')
    with pytest.raises(ValueError, match='at least 5 gap'):
        VideoSampler(dataset, num_gaps=5)
