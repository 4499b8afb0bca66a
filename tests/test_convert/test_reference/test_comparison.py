import numpy as np
import pytest

from mmmotion.convert.reference import (
    Comparison,
    ReferenceArrays,
    check_reference,
)


def test_differences_by_hand():
    comparison = Comparison('a', [1.0, -4.0], [1.5, -4.0], atol=0.5)
    assert comparison.max_abs == 0.5
    assert comparison.max_rel == 0.125
    assert comparison.passed
    assert not Comparison('a', [1.0, -4.0], [1.5, -4.0], atol=0.4).passed


def test_tolerance_relative_to_the_largest_value():
    assert Comparison('a', [101.0], [100.0], 0, rtol_of_max=0.01).passed
    assert not Comparison('a', [101.1], [100.0], 0, rtol_of_max=0.01).passed


@pytest.mark.parametrize(
    'computed, reference, passed',
    [
        ([np.nan, 1], [np.nan, 1], True),
        ([np.nan, 1], [0, 1], False),
        ([np.inf, 1], [np.inf, 1], True),
        ([np.inf, 1], [2, 1], False),
        ([0.0], [np.nan], False),
        ([], [], True),
        ([[1, 1]], [1, 1], False),
        ([True, False], [1, 0], True),
    ],
)
def test_special_values_and_shapes(computed, reference, passed):
    comparison = Comparison(
        'a', np.array(computed), np.array(reference), atol=1e-3
    )
    assert comparison.passed is passed
    assert ('pass' if passed else 'FAIL') in str(comparison)


def test_integers_do_not_wrap_around():
    low, high = np.array([0], np.uint8), np.array([255], np.uint8)
    assert Comparison('a', low, high, atol=1).max_abs == 255


def test_arrays_remember_what_was_read():
    arrays = ReferenceArrays({'a': np.zeros(1), 'b': np.zeros(2)})
    assert 'b' in arrays
    assert len(arrays['a']) == 1
    assert arrays.unread == ['b']
    with pytest.raises(KeyError, match="no array 'c'"):
        arrays['c']


def test_unknown_source_lists_the_known_ones():
    with pytest.raises(ValueError, match=r'expected one of .*gwm-motion'):
        check_reference('gwm', {}, {})
