import itertools
from collections import Counter

import pytest
from mmengine.dataset import ConcatDataset

from mmmotion.datasets import BaseMotionDataset
from mmmotion.datasets.samplers import MixedVideoSampler, endless_sampler
from mmmotion.registry import DATA_SAMPLERS


class Videos(BaseMotionDataset):
    """Videos of given lengths, with flow wherever both frames exist."""

    def __init__(self, *lengths, gaps):
        self.lengths = lengths
        super().__init__(gaps=gaps)

    def load_data_list(self):
        return [
            dict(
                video_id=f'video{v}',
                frame_index=t,
                available_gaps=tuple(
                    gap for gap in self.gaps if 0 <= t + gap < length
                ),
            ) for v, length in enumerate(self.lengths) for t in range(length)
        ]


FAST, SLOW = (1, 2, -1, -2), (3, 6, -3, -6)


@pytest.fixture
def both():
    return ConcatDataset([Videos(8, 9, gaps=FAST), Videos(51, gaps=SLOW)])


def key(draw):
    return int(draw), draw.draw, draw.seed, draw.gaps


def take(sampler, count):
    return list(map(key, itertools.islice(sampler, count)))


@pytest.mark.parametrize('gap_sampling', ['uniform', 'pairs'])
def test_parts_are_drawn_in_proportion_to_their_length(both, gap_sampling):
    sampler = MixedVideoSampler(both, seed=0, gap_sampling=gap_sampling)
    # Pairs: the first is (1, 2) with 6 + 7 frames, or (3, 6) with 45.
    first, second = (17, 51) if gap_sampling == 'uniform' else (13, 45)
    assert len(sampler) == first + second
    draws = [sampler.draw(number) for number in range(3000)]
    counts = Counter(int(draw) >= 17 for draw in draws)
    assert counts[True] / 3000 == pytest.approx(
        second / (first + second), abs=0.03
    )


def test_gaps_and_videos_are_those_of_the_part(both):
    sampler = MixedVideoSampler(both, seed=0, num_gaps=2)
    videos = Counter()
    for number in range(1000):
        draw = sampler.draw(number)
        info = both.get_data_info(int(draw))
        assert len(draw.gaps) == 2
        assert set(draw.gaps) <= set(info['available_gaps'])
        videos[draw < 8, draw < 17] += 1
    # Videos of one part are drawn alike, whatever their length.
    assert videos[True, True] == pytest.approx(videos[False, True], rel=0.3)


def test_ranks_together_draw_what_one_rank_draws(both, monkeypatch):
    found = {}
    for place in [(0, 1), (0, 2), (1, 2)]:
        monkeypatch.setattr(
            endless_sampler, 'get_dist_info', lambda place=place: place
        )
        found[place] = take(MixedVideoSampler(both, seed=1), 12 // place[1])
    assert found[0, 1] == [
        draw for pair in zip(found[0, 2], found[1, 2]) for draw in pair
    ]
    monkeypatch.setattr(endless_sampler, 'get_dist_info', lambda: (1, 2))
    alone = MixedVideoSampler(both, seed=1, split_over_ranks=False)
    assert take(alone, 12) == found[0, 1]


def test_skip_continues_where_it_stopped(both):
    whole = take(MixedVideoSampler(both, seed=2), 20)
    sampler = MixedVideoSampler(both, seed=2)
    sampler.skip(4)
    sampler.skip(3)
    assert take(sampler, 13) == whole[7:]
    with pytest.raises(ValueError, match='got -1'):
        sampler.skip(-1)


def test_built_from_config(both):
    sampler = DATA_SAMPLERS.build(
        dict(type='MixedVideoSampler', seed=3, gap_sampling='pairs'),
        default_args=dict(dataset=both),
    )
    assert len(sampler) == 58


def test_a_single_data_set_is_refused():
    with pytest.raises(TypeError, match='got Videos: use VideoSampler'):
        MixedVideoSampler(Videos(5, gaps=FAST))
