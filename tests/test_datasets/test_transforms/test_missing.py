import pytest

from mmmotion.datasets.transforms.missing import (
    check_missing,
    get_chosen_gaps,
)


@pytest.mark.parametrize('missing', ['error', 'opposite', 'drop'])
def test_known_ways_pass(missing):
    check_missing(missing)


def test_a_transform_may_know_others():
    check_missing('nearest', ('error', 'nearest'))
    with pytest.raises(ValueError, match=r"'error', 'nearest'.*got 'drop'"):
        check_missing('drop', ('error', 'nearest'))


def test_an_unknown_way_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'opposite', 'drop'.*got 'skip'"):
        check_missing('skip')


def test_a_sample_without_gaps_says_why():
    sample = dict(video_id='cat', frame_id='00003', num_frames=1)
    assert get_chosen_gaps(dict(sample, gaps=(2, )), 'LoadFlows') == (2, )
    with pytest.raises(KeyError, match=r'LoadFlows.*needs a sampler'):
        get_chosen_gaps(dict(sample, available_gaps=(1, )), 'LoadFlows')
