import itertools
from collections import Counter

import pytest
from mmengine.dataset import ConcatDataset

from mmmotion.datasets import BaseMotionDataset, FramePairSampler
from mmmotion.datasets.samplers import endless_sampler, frame_pair_sampler
from mmmotion.registry import DATA_SAMPLERS

GAPS = (1, 2, 3, -1, -2)


class Videos(BaseMotionDataset):
    """Videos of given lengths."""

    def __init__(self, *lengths, gaps=(1, )):
        self.lengths = lengths
        super().__init__(gaps=gaps)

    def load_data_list(self):
        return [
            dict(video_id=f'video{v}', frame_index=t, num_frames=length)
            for v, length in enumerate(self.lengths) for t in range(length)
        ]


def take(sampler, count):
    return list(itertools.islice(sampler, count))


def key(draw):
    return int(draw), draw.draw, draw.seed, draw.gaps


def pairs(sampler, count):
    """(position of the first frame, gap) of the first draws."""
    return [(int(draw), *draw.gaps) for draw in take(sampler, count)]


def test_every_pass_takes_each_video_once_in_another_order():
    sampler = FramePairSampler(Videos(3, 9, 5, 4), seed=0)
    starts = [0, 3, 12, 17, 21]
    passes = []
    for number in range(6):
        draws = [int(sampler.draw(4 * number + i)) for i in range(4)]
        passes.append([
            next(v for v in range(4) if starts[v] <= d < starts[v + 1])
            for d in draws
        ])
        assert sorted(passes[-1]) == [0, 1, 2, 3]
    assert len({tuple(order) for order in passes}) > 1
    assert len(sampler) == 4


def test_both_frames_lie_in_the_video():
    sampler = FramePairSampler(Videos(4, gaps=GAPS), seed=0, max_step=3)
    assert set(pairs(sampler, 400)) == {(start, step)
                                        for step in (1, 2, 3)
                                        for start in range(4 - step)}


def test_steps_are_uniform_and_so_are_the_starts_of_a_step():
    sampler = FramePairSampler(Videos(4, gaps=GAPS), seed=0, max_step=3)
    drawn = Counter(pairs(sampler, 6000))
    for start, step in drawn:
        expected = 1 / 3 / (4 - step)
        share = drawn[start, step] / 6000
        assert share == pytest.approx(expected, abs=0.02)


def test_short_videos_are_drawn_with_the_steps_that_they_have():
    sampler = FramePairSampler(Videos(9, 2, gaps=GAPS), seed=0, max_step=3)
    assert {p for p in pairs(sampler, 200) if p[0] >= 9} == {(9, 1)}


@pytest.mark.parametrize(
    'max_step, expected', [
        (1, {(0, 1), (1, 1), (2, 0)}),
        (2, {(0, 1), (1, 1), (2, 0), (0, 2), (1, 1), (2, -1)}),
    ]
)
def test_mirrored_ends_follow_the_list_and_its_reversal(max_step, expected):
    mirrored = [0, 1, 2, 2, 1, 0]
    by_list = {(s, mirrored[s + step] - s)
               for s in range(3)
               for step in range(1, max_step + 1)}
    assert by_list == expected
    sampler = FramePairSampler(
        Videos(3, gaps=GAPS), seed=0, max_step=max_step, mirror_ends=True
    )
    drawn = Counter(pairs(sampler, 3000))
    assert set(drawn) == expected
    if max_step == 1:  # the last frame with itself: once in n draws
        assert drawn[2, 0] / 3000 == pytest.approx(1 / 3, abs=0.03)


def test_mirrored_ends_use_videos_of_one_frame():
    sampler = FramePairSampler(
        Videos(1, gaps=GAPS), seed=0, max_step=3, mirror_ends=True
    )
    assert set(pairs(sampler, 30)) == {(0, 0)}


def test_a_video_of_one_frame_is_left_out_and_said_once(monkeypatch):
    texts = []
    monkeypatch.setattr(
        frame_pair_sampler,
        'print_log',
        lambda text, **kwargs: texts.append(text),
    )
    sampler = FramePairSampler(Videos(3, 1, 4), seed=0)
    assert 3 not in {start for start, _ in pairs(sampler, 100)}
    (text, ) = texts
    assert '1 of 3 videos in Videos' in text and text.endswith(': video1')


def test_frames_that_are_not_listed_start_no_pair():

    class Some(Videos):

        def load_data_list(self):
            frames = super().load_data_list()
            return [frames[i] for i in (2, 4, 5)]

    sampler = FramePairSampler(Some(6, gaps=GAPS), seed=0, max_step=2)
    assert set(pairs(sampler, 100)) == {(0, 1), (0, 2), (1, 1)}


def test_parts_of_a_concatenated_data_set_stay_apart():
    whole = ConcatDataset([Videos(2), Videos(3)])
    sampler = FramePairSampler(whole, seed=0)
    assert set(pairs(sampler, 100)) == {(0, 1), (2, 1), (3, 1)}


def test_ranks_and_resumed_runs_draw_what_one_run_draws(monkeypatch):
    dataset = Videos(5, 9, 7)
    whole = take(FramePairSampler(dataset, seed=1), 24)
    parts = []
    for rank in range(2):
        monkeypatch.setattr(
            endless_sampler, 'get_dist_info', lambda r=rank: (r, 2)
        )
        sampler = FramePairSampler(dataset, seed=1)
        sampler.skip(4)
        parts.append(take(sampler, 8))
    union = itertools.chain.from_iterable(zip(*parts))
    assert list(map(key, union)) == list(map(key, whole[8:]))
    other = take(FramePairSampler(dataset, seed=2), 24)
    assert list(map(key, other)) != list(map(key, whole))


def test_built_as_the_runner_does():
    sampler = DATA_SAMPLERS.build(
        dict(type='FramePairSampler', max_step=2),
        default_args=dict(dataset=Videos(5, gaps=GAPS), seed=11),
    )
    assert (sampler.seed, sampler.max_step) == (11, 2)


def test_rejects_bad_settings():
    with pytest.raises(ValueError, match='at least 1, got 0'):
        FramePairSampler(Videos(5), max_step=0)
    with pytest.raises(ValueError, match=r'none in Videos \(2 videos'):
        FramePairSampler(Videos(1, 1))
    with pytest.raises(ValueError, match=r'all of \[1, 2, 3\] .* got \(1,'):
        FramePairSampler(Videos(9), max_step=3)
    with pytest.raises(ValueError, match=r'all of \[-1, 1, 2\]'):
        FramePairSampler(Videos(9, gaps=(1, 2)), max_step=2, mirror_ends=True)


@pytest.mark.parametrize('mirror_ends, ends', [(False, 1), (True, 0)])
def test_every_pass_may_take_each_frame_once(mirror_ends, ends):
    videos = Videos(3, 1, 5, gaps=GAPS)
    sampler = FramePairSampler(
        videos, seed=0, max_step=2, each='frame', mirror_ends=mirror_ends
    )
    frames = [
        start + t for start, length in ((0, 3), (3, 1), (4, 5))
        for t in range(length - ends)
    ]
    assert len(sampler) == len(frames)
    passes = []
    for number in range(4):
        draws = range(number * len(frames), (number + 1) * len(frames))
        passes.append([int(sampler.draw(n)) for n in draws])
        assert sorted(passes[-1]) == frames
    assert passes[0] != passes[1]
    if not mirror_ends:
        found = set(pairs(sampler, 400))
        assert found == {(0, 1), (0, 2), (1, 1), (4, 1), (4, 2), (5, 1),
                         (5, 2), (6, 1), (6, 2), (7, 1)}


def test_rejects_another_unit_of_a_pass():
    with pytest.raises(ValueError, match="each to be 'video' or 'frame'"):
        FramePairSampler(Videos(3), seed=0, each='pair')
