"""The measures beside the values of the official programs."""

import numpy as np
import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference
from mmmotion.evaluation.functional import boundary_f, jaccard

# The 8-bit overflow of the official decay, and what is not defined for more
# proposals than objects.
NOT_COMPUTED = {
    'series_long_stats2017_wrapped',
    'multi_more_pred_J_semi',
    'multi_more_pred_F_semi',
    'small_names',
}


@pytest.fixture(scope='module')
def reference(golden):
    return golden('metrics.npz')[1]


def test_every_array_equals_its_reference(reference):
    arrays = ReferenceArrays(reference)
    comparisons = check_reference('metrics', {}, arrays)
    failed = [str(each) for each in comparisons if not each.passed]
    assert not failed
    assert set(arrays.unread) == NOT_COMPUTED


def test_scores_of_masks_are_equal_to_the_last_digit(reference):
    comparisons = check_reference('metrics', {}, reference)
    for each in comparisons:
        if each.name.split('_')[0] in ('small', 'odd', 'full', 'hd', 'multi'):
            assert each.max_abs <= 1e-15, each.name


def test_other_names_sizes_and_counts_are_compared():
    rng = np.random.default_rng(3)
    found, wanted = rng.random((2, 5, 33, 50)) > 0.5
    arrays = dict(
        tiny_gt=np.packbits(wanted, axis=-1),
        tiny_pred=np.packbits(found, axis=-1),
        tiny_shape=np.array([5, 33, 50]),
        tiny_J=np.array([jaccard(*pair) for pair in zip(found, wanted)]),
        tiny_F_tol_2=np.array([
            boundary_f(*pair, tolerance=2) for pair in zip(found, wanted)
        ]),
        series_many=np.arange(10) / 10,
        series_many_stats2017=np.array([0.45, 0.4, -0.7]),
    )
    names = {
        each.name: each.passed
        for each in check_reference('metrics', {}, arrays)
    }
    assert names == dict(
        tiny_J=True, tiny_F_tol_2=True, series_many_stats2017=True
    )


def test_a_wrong_value_fails(reference):
    arrays = {
        name: reference[name]
        for name in ('odd_gt', 'odd_pred', 'odd_shape')
    }
    arrays['odd_F'] = reference['odd_F'] + [0, 0, 2e-6, 0]
    comparison, = check_reference('metrics', {}, arrays)
    assert not comparison.passed


def test_masks_that_contradict_their_shape_are_refused(reference):
    arrays = {
        name: reference[name]
        for name in reference if name.startswith('multi_equal')
    }
    arrays['multi_equal_void_shape'] = np.array([2, 3, 6, 120, 214])
    with pytest.raises(ValueError, match='multi_equal_void_shape says'):
        check_reference('metrics', {}, arrays)
