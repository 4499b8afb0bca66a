import itertools
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader

from mmmotion.datasets import (
    DAVIS2016,
    BaseMotionDataset,
    LoadFrames,
    VideoSampler,
    VideoSegDataset,
)
from mmmotion.datasets.samplers import endless_sampler, shortage
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


@pytest.fixture
def messages(monkeypatch):
    """Texts that the sampler logs."""
    texts = []
    monkeypatch.setattr(
        shortage, 'print_log', lambda text, **kwargs: texts.append(text)
    )
    return texts


def take(sampler, count):
    return list(itertools.islice(sampler, count))


def key(draw):
    return int(draw), draw.draw, draw.seed, draw.gaps


def on_rank(monkeypatch, rank, world_size, *args, **kwargs):
    monkeypatch.setattr(
        endless_sampler, 'get_dist_info', lambda: (rank, world_size)
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


def test_a_rank_can_have_all_draws_to_itself(monkeypatch):
    dataset = Videos(5, 9, 7)
    whole = take(on_rank(monkeypatch, 0, 1, dataset, seed=1), 24)
    alone = on_rank(monkeypatch, 1, 2, dataset, seed=1, split_over_ranks=False)
    assert list(map(key, take(alone, 24))) == list(map(key, whole))


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


def test_both_flows_of_a_pair_are_drawn_uniformly():
    sampler = VideoSampler(
        Videos(13, 20, gaps=(3, 6, -3, -6)),
        seed=0,
        gap_sampling='pairs',
        num_gaps=2,
    )
    draws = take(sampler, 6000)
    share = shares(draw.gaps for draw in draws)
    assert set(share) == set(itertools.combinations((3, 6, -3, -6), 2))
    assert max(abs(value - 1 / 6) for value in share.values()) < 0.02
    # 13 frames have a single one with both 6 and -6; it is drawn as often as
    # the eight of the other video together.
    farthest = [draw for draw in draws if draw.gaps == (6, -6)]
    assert {int(draw) for draw in farthest if draw < 13} == {6}
    assert shares(draw < 13 for draw in farthest)[True] == pytest.approx(
        0.5, abs=0.06
    )


@pytest.mark.parametrize('scheme', ['pairs', 'uniform'])
def test_a_short_video_is_drawn_with_the_gaps_that_it_has(scheme, messages):
    dataset = Videos(3, 9)
    sampler = VideoSampler(dataset, seed=0, gap_sampling=scheme, num_gaps=2)
    draws = take(sampler, 600)
    short = {(int(draw), draw.gaps) for draw in draws if draw < 3}
    if scheme == 'pairs':
        # Three frames are too few for 2 and -2 at once, or for 1 and -2 ...
        assert short == {(0, (1, 2)), (1, (1, -1)), (2, (-1, -2))}
        (text, ) = messages
        assert '1 of 2 videos' in text
        assert 'video0 (3 frames; not (1, -2), (2, -1), (2, -2))' in text
    else:
        assert {index for index, _ in short} == {0, 1, 2}
        assert not messages
    for draw in draws:
        offered = dataset.get_data_info(int(draw))['available_gaps']
        assert set(draw.gaps) <= set(offered)


@pytest.mark.parametrize('scheme', ['pairs', 'uniform'])
def test_a_video_of_one_gap_is_left_out_and_said_once(scheme, messages):
    # Frame 0 of two has the gap 1 alone, frame 1 the gap -1 alone.
    dataset = Videos(9, 2, 1)
    sampler = VideoSampler(dataset, seed=0, gap_sampling=scheme, num_gaps=2)
    draws = take(sampler, 300)
    assert max(draws) < 9
    assert {len(draw.gaps) for draw in draws} == {2}
    (text, ) = messages
    assert '2 of 3 videos' in text and 'never drawn' in text
    assert 'video1 (2 frames), video2 (1 frames)' in text


@pytest.mark.parametrize('scheme', ['pairs', 'uniform'])
def test_no_pair_at_all_is_an_error_that_names_folder_and_gaps(tree, scheme):
    tree.add_video('cat', 4, gaps=(3, -3)).add_video('dog', 4, gaps=(3, ))
    dataset = DAVIS2016(
        data_root=str(tree.root),
        gaps=(3, 6, -3, -6),
        flow_estimator='dis',
        require_flow=True,
    )
    with pytest.raises(ValueError) as caught:
        VideoSampler(dataset, gap_sampling=scheme, num_gaps=2)
    folder = str(tree.root / 'JPEGImages' / '480p')
    assert 'at least 2 of the gaps (3, 6, -3, -6), got none' in str(
        caught.value
    )
    assert folder in str(caught.value)


def test_a_gap_that_no_video_has_is_said_once(messages):
    sampler = VideoSampler(Videos(2, 2), seed=0)
    assert {draw.gaps for draw in take(sampler, 50)} == {(1, ), (-1, )}
    (text, ) = messages
    assert 'no video in Videos has flow of the gaps (2, -2)' in text


def test_many_short_videos_are_summarised(messages):
    VideoSampler(Videos(9, *[2] * 30), gap_sampling='pairs', num_gaps=2)
    assert messages[0].endswith('video9 (2 frames), video10 (2 frames), ...')


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
    with pytest.raises(ValueError, match='at least 5 of the gaps'):
        VideoSampler(dataset, num_gaps=5)


def test_a_data_set_without_any_second_frame_is_told_as_that(tmp_path):
    for name in ('cat', 'dog'):
        (tmp_path / 'JPEGImages' / name).mkdir(parents=True)
        Image.new('RGB', (6, 4)).save(tmp_path / f'JPEGImages/{name}/0.png')
    dataset = VideoSegDataset(
        str(tmp_path), gaps=(1, -1), pipeline=[LoadFrames(gaps=None)]
    )
    draw = VideoSampler(dataset, seed=0).draw(0)
    message = r'needs two frames .*(cat|dog), which has 1, .*0\.png'
    with pytest.raises(ValueError, match=message):
        dataset[draw]
