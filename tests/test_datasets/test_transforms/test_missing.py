import pytest

from mmmotion.datasets.transforms.missing import check_missing


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
