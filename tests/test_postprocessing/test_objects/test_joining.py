import numpy as np

from mmmotion.postprocessing.objects.joining import Joining
from mmmotion.postprocessing.objects.pair_history import (
    PairHistory,
    observe_pairs,
)
from mmmotion.postprocessing.objects.trace import Trace


def traces(**frames):
    """Regions of 100 pixels by number, each seen in so many frames."""
    return {
        int(name[1:]): Trace(
            int(name[1:]), num_frames=num, total_area=100 * num
        )
        for name, num in frames.items()
    }


def history(num=20, touching=20, near=20, drift=(0.0, 0.0)):
    return PairHistory(num, touching, near, np.array(drift))


def join(known, pairs, num_objects=None):
    found = Joining(known, pairs, min_frames=5).join(num_objects)
    return sorted(sorted(numbers) for numbers in found)


def test_parts_that_swing_are_joined_and_objects_that_pass_are_not():
    known = traces(n1=20, n2=20, n3=20)
    pairs = {
        (1, 2): history(drift=(4, 0)),
        (1, 3): history(drift=(25, 0)),
        (2, 3): history(drift=(25, 0)),
    }
    assert join(known, pairs) == [[1, 2], [3]]


def test_the_same_drift_counts_more_in_less_time():
    known = traces(n1=20, n2=20)
    assert join(known, {(1, 2): history(30, 30, 30, (9, 0))}) == [[1, 2]]
    assert join(known, {(1, 2): history(8, 8, 8, (9, 0))}) == [[1], [2]]


def test_what_is_seldom_near_stays_apart():
    known = traces(n1=20, n2=20)
    assert join(known, {(1, 2): history(touching=4, near=10)}) == [[1], [2]]
    assert join(known, {(1, 2): history(touching=4, near=18)}) == [[1, 2]]


def test_what_stands_still_beside_an_object_is_not_joined():
    known = traces(n1=20, n2=20)
    for _ in range(20):
        known[1].scores.add(5)
        known[2].scores.add(0.5)
    assert join(known, {(1, 2): history(touching=4)}) == [[1], [2]]
    assert join(known, {(1, 2): history(touching=20)}) == [[1, 2]]


def test_short_lived_parts_return_to_what_they_came_off():
    known = traces(n1=20, n2=3, n3=2)
    known[2].parent, known[3].parent = 1, 2
    assert join(known, {}) == [[1, 2, 3]]


def test_splinters_join_what_they_touch():
    known = traces(n1=100, n2=100, n3=6)
    known[3].total_area = 60
    pairs = {(1, 3): history(6, 1, 1, (30, 0)),
             (2, 3): history(6, 6, 6, (30, 0))}
    assert join(known, pairs) == [[1], [2, 3]]


def test_no_more_is_joined_than_asked_for():
    known = traces(n1=20, n2=20, n3=20)
    pairs = {(1, 2): history(drift=(4, 0)), (2, 3): history(drift=(2, 0))}
    assert join(known, pairs) == [[1, 2, 3]]
    assert join(known, pairs, num_objects=2) == [[1], [2, 3]]


def test_histories_of_pairs_count_touches_and_drift():
    masks = {number: np.zeros((20, 60), bool) for number in (1, 2, 3)}
    masks[1][5:15, 5:15] = True
    masks[2][5:15, 16:26] = True
    masks[3][5:15, 45:55] = True
    velocities = {1: np.array([1, 0]), 2: np.array([0, 2]), 3: np.zeros(2)}
    pairs = {}
    for _ in range(2):
        observe_pairs(pairs, masks, velocities)
    assert pairs[1, 2].touching == pairs[1, 2].near == 1
    assert pairs[1, 3].touching == pairs[1, 3].near == 0
    np.testing.assert_array_equal(pairs[1, 2].drift, [-2, 4])


def test_a_splinter_does_not_join_one_object_with_another():
    known = traces(n1=20, n2=20, n3=6)
    pairs = {
        (1, 2): history(touching=8, drift=(25, 0)),
        (1, 3): history(6, 6, 6, (4, 0)),
        (2, 3): history(6, 6, 6, (5, 0)),
    }
    assert join(known, pairs) == [[1, 3], [2]]
    pairs[2, 3].drift = np.array([3.0, 0])  # it is a part of this one
    assert join(known, pairs) == [[1], [2, 3]]
    known[1].num_frames = known[2].num_frames = 10
    assert join(known, pairs) == [[1, 2, 3]]
