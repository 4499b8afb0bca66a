from itertools import pairwise

import pytest

from mmmotion.structures import split_into_clips


@pytest.mark.parametrize(
    'num_frames, starts', [
        (60, [0, 30]),
        (61, [0, 30, 31]),
        (31, [0, 1]),
        (104, [0, 30, 60, 74]),
    ]
)
def test_clips_follow_each_other_and_the_last_ends_with_the_video(
    num_frames, starts
):
    clips = split_into_clips(num_frames, 30)
    assert clips == [list(range(start, start + 30)) for start in starts]


def test_the_last_frame_of_a_short_video_is_repeated():
    assert split_into_clips(3, 5) == [[0, 1, 2, 2, 2]]
    assert split_into_clips(3, 5, overlap=4) == [[0, 1, 2, 2, 2]]


@pytest.mark.parametrize('num_frames', range(5, 40))
def test_neighbours_overlap_and_cover_every_frame(num_frames):
    clips = split_into_clips(num_frames, 5, overlap=2)
    assert set().union(*clips) == set(range(num_frames))
    for clip, other in pairwise(clips):
        assert 2 <= len(set(clip) & set(other)) < 5


@pytest.mark.parametrize('settings', [(0, 5, 0), (9, 5, 5), (9, 5, -1)])
def test_rejects_impossible_clips(settings):
    with pytest.raises(ValueError, match='0 <= overlap < length'):
        split_into_clips(*settings)
