import numpy as np
import pytest

from mmmotion.flow import Video, write_flow
from mmmotion.flow.extraction_plan import (
    OutputTree,
    plan_extraction,
    short_videos,
)


def video(name, num):
    return Video(name, tuple(f'/{name}/{i:02d}.jpg' for i in range(num)))


@pytest.fixture
def tree(tmp_path):
    return OutputTree(str(tmp_path), 'dis', '.npy')


def pairs(plan):
    """(video, source, target) of each planned flow, in order."""
    return [(
        chunk.frame_paths[pair.source].split('/')[1], pair.source, pair.target
    ) for chunk in plan.chunks for pair in chunk.pairs]


def test_only_pairs_within_a_video_are_planned(tree):
    plan = plan_extraction([video('a', 3), video('b', 1)], tree, (1, -2), {})
    assert pairs(plan) == [('a', 0, 1), ('a', 1, 2), ('a', 2, 0)]
    assert plan.num_pairs == 3
    assert plan.num_existing == 0


def test_files_are_named_after_the_first_frame(tree, tmp_path):
    plan = plan_extraction([video('a', 2)], tree, (-1, ), {})
    pair, = plan.chunks[0].pairs
    assert pair.path == str(tmp_path / 'Flows/dis/gap-1/a/01.npy')


def test_what_exists_and_is_whole_is_not_planned(tree):
    clip = video('a', 4)
    for source in (0, 1):
        write_flow(tree.path(clip, source, 1), np.zeros((2, 3, 2)))
    broken = tree.path(clip, 1, 1)
    broken.write_bytes(broken.read_bytes()[:-1])
    plan = plan_extraction([clip], tree, (1, ), {})
    assert pairs(plan) == [('a', 1, 2), ('a', 2, 3)]
    assert plan.num_existing == 1


@pytest.mark.parametrize('num_shards', [1, 2, 3, 50])
def test_shards_cover_everything_once(tree, num_shards):
    videos = [video('a', 7), video('b', 2), video('c', 11)]
    whole = pairs(plan_extraction(videos, tree, (1, -1), {}))
    parts = [
        pairs(plan_extraction(videos, tree, (1, -1), {}, (i, num_shards)))
        for i in range(num_shards)
    ]
    assert [pair for part in parts for pair in part] == whole


def test_shards_do_not_depend_on_what_others_have_done(tree):
    clip = video('a', 8)
    before = pairs(plan_extraction([clip], tree, (1, ), {}, (1, 2)))
    for source in range(4):
        write_flow(tree.path(clip, source, 1), np.zeros((2, 3, 2)))
    assert pairs(plan_extraction([clip], tree, (1, ), {}, (1, 2))) == before


def test_a_chunk_is_of_one_video_and_names_its_size(tree):
    sizes = dict(a=((4, 5), '/a/00.jpg'))
    videos = [video('a', 3), video('b', 3)]
    first, second = plan_extraction(videos, tree, (1, ), sizes).chunks
    assert (first.frame_size, first.size_source) == ((4, 5), '/a/00.jpg')
    assert (second.frame_size, second.size_source) == (None, '')
    assert set(first.frame_paths) == {0, 1, 2}


@pytest.mark.parametrize(
    'num_frames, num_workers, longest',
    [
        (17, 1, 4),  # not shorter than 4
        (81, 2, 10),  # four chunks for each worker
        (2001, 1, 32),  # not longer than 32
    ],
)
def test_chunks_share_the_work_evenly(tree, num_frames, num_workers, longest):
    plan = plan_extraction([video('a', num_frames)],
                           tree, (1, ), {},
                           num_workers=num_workers)
    lengths = [len(chunk.pairs) for chunk in plan.chunks]
    assert max(lengths) == longest
    assert sum(lengths) == num_frames - 1


def test_videos_that_are_too_short_are_listed_with_their_gaps():
    videos = [video('a', 1), video('b', 2), video('c', 3)]
    assert short_videos(videos, (1, -2)) == {'a': [1, -2], 'b': [-2]}
