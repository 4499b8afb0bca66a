import numpy as np
import pytest

from mmmotion.postprocessing.objects.motion_split import split_by_motion

SIZE = (40, 60)


def box(top, bottom, left, right):
    mask = np.zeros(SIZE, bool)
    mask[top:bottom, left:right] = True
    return mask


def residual_of(*parts, noise=0.03):
    """Parts (mask, (u, v)) in a field of zeros, with some noise."""
    flow = np.random.default_rng(0).normal(0, noise, (2, *SIZE))
    for mask, motion in parts:
        flow[:, mask] += np.array(motion)[:, None]
    return flow.astype(np.float32)


def split(residual, mask, threshold=0.3):
    return split_by_motion(residual, mask, threshold, min_area=10)


@pytest.mark.parametrize('right', [22, 30, 40])
def test_two_opposite_motions_are_two_parts(right):
    first, second = box(10, 30, 10, right), box(10, 30, right, 50)
    residual = residual_of((first, (2, 0)), (second, (-2, 0)))
    parts = split(residual, first | second)
    assert len(parts) == 2
    larger, smaller = sorted((first, second), key=np.sum, reverse=True)
    assert (parts[0] == larger).mean() > 0.97
    assert (parts[1] == smaller).mean() > 0.97


def test_three_motions_are_three_parts():
    masks = [box(10, 30, 5 + 16 * i, 21 + 16 * i) for i in range(3)]
    motions = [(3, 0), (0, 3), (-3, 0)]
    residual = residual_of(*zip(masks, motions))
    assert len(split(residual, np.logical_or.reduce(masks))) == 3


def test_an_object_that_turns_and_grows_is_one():
    rows, columns = np.mgrid[:SIZE[0], :SIZE[1]]
    mask = box(5, 35, 10, 50)
    residual = residual_of((mask, (1, 0)))
    residual[0] += mask * (0.05 * (columns - 30) - 0.1 * (rows - 20))
    residual[1] += mask * (0.1 * (columns - 30) + 0.05 * (rows - 20))
    assert len(split(residual, mask)) == 1


def test_what_turns_about_a_joint_stays_whole():
    """A leg that swings about its upper end, under a body at rest."""
    body, leg = box(5, 20, 10, 50), box(20, 38, 25, 35)
    rows = np.arange(SIZE[0])[:, None]
    residual = residual_of((body | leg, (2, 0)))
    residual[0] += leg * 0.25 * (rows - 20)
    assert len(split(residual, body | leg)) == 1


def test_a_difference_that_is_small_for_the_motion_does_not_divide():
    first, second = box(10, 30, 10, 30), box(10, 30, 30, 50)
    fast = residual_of((first, (8, 0)), (second, (9, 0)))
    slow = residual_of((first, (0.5, 0)), (second, (1.5, 0)))
    assert len(split(fast, first | second)) == 1
    assert len(split(slow, first | second)) == 2


def test_a_thin_rim_is_no_part():
    mask, core = box(10, 30, 10, 50), box(12, 28, 12, 48)
    residual = residual_of((mask, (1, 0)), (core, (3, 0)))
    assert len(split(residual, mask)) == 1


def test_parts_make_up_the_region():
    first, second = box(10, 30, 10, 25), box(10, 30, 25, 50)
    residual = residual_of((first, (2, 0)), (second, (-2, 0)), noise=0.5)
    parts = split(residual, first | second)
    assert np.array_equal(np.sum(parts, axis=0), first | second)
