"""Counting the pixels that lie near others."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmmotion.evaluation.functional.disk_reach import count_near

MAPS = array_shapes(
    min_dims=2, max_dims=2, max_side=20
).flatmap(lambda shape: st.tuples(*[arrays(bool, shape)] * 2))


@given(MAPS, st.integers(0, 25))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_counts_are_those_of_all_pairs(maps, radius):
    one, other = (np.argwhere(each) for each in maps)
    squared = ((one[:, None] - other[None])**2).sum(axis=-1)
    near = squared <= radius**2
    expected = near.any(axis=1).sum(), near.any(axis=0).sum()
    assert count_near(*maps, radius) == expected


def test_a_row_does_not_reach_into_the_next():
    one, other = np.zeros((2, 5, 8), bool)
    one[1, 7], other[2, 0] = True, True
    assert count_near(one, other, 6) == (0, 0)
    assert count_near(one, other, 8) == (1, 1)
