import pytest
import torch

from mmmotion.convert.keys import check_keys

WEIGHT = torch.zeros(2)


def test_exactly_the_expected_tensors_pass():
    check_keys('net', {'a': WEIGHT, 'b': WEIGHT}, iter(['b', 'a']))


def test_both_kinds_of_difference_are_counted_and_named():
    with pytest.raises(ValueError) as caught:
        check_keys('net', {'a': WEIGHT, 'x': WEIGHT}, ['a', 'b', 'c'])
    assert str(caught.value) == (
        'this is not a state dict of net: 2 missing (b, c), 1 unexpected (x)'
    )


def test_long_lists_are_cut():
    with pytest.raises(ValueError, match=r'7 missing \(0, 1, 2, 3, 4 and 2'):
        check_keys('net', {}, map(str, range(7)))


def test_values_have_to_be_tensors():
    with pytest.raises(TypeError, match='a of net must be a tensor, got int'):
        check_keys('net', {'a': 3}, ['a'])
