"""Boundary accuracy F."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import distance_transform_edt

from mmmotion.evaluation.functional import (
    boundary_f,
    boundary_map,
    tolerance_radius,
)

MASKS = array_shapes(
    min_dims=2, max_dims=2, max_side=12
).flatmap(lambda shape: st.tuples(*[arrays(bool, shape)] * 3))


def square(top: int, left: int, side: int, size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[top:top + side, left:left + side] = True
    return mask


def slow_boundary_map(mask: np.ndarray) -> np.ndarray:
    height, width = mask.shape
    boundary = np.zeros(mask.shape, bool)
    for y in range(height):
        for x in range(width):
            neighbours = [
                mask[y + dy, x + dx] for dy, dx in ((0, 1), (1, 0), (1, 1))
                if y + dy < height and x + dx < width
            ]
            boundary[y, x] = any(other != mask[y, x] for other in neighbours)
    return boundary


def slow_f(found, wanted, void, radius) -> float:
    """Definition with the distance of every pair of boundary pixels."""
    one, other = (
        np.argwhere(slow_boundary_map(mask & ~void))
        for mask in (found, wanted)
    )
    if len(one) == 0 and len(other) == 0:
        return 1.0
    if len(one) == 0 or len(other) == 0:
        return 0.0
    squared = ((one[:, None] - other[None])**2).sum(axis=-1)
    near = squared <= radius**2
    precision, recall = near.any(axis=1).mean(), near.any(axis=0).mean()
    if precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


@given(MASKS, st.sampled_from([0, 0.008, 0.1, 1, 2, 3.5, 20]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_value_is_that_of_the_definition(masks, tolerance):
    found, wanted, void = masks
    radius = tolerance_radius(found.shape, tolerance)
    value = boundary_f(found, wanted, void, tolerance)
    assert value == pytest.approx(
        slow_f(found, wanted, void, radius), abs=1e-15
    )


@given(MASKS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_boundary_differs_from_right_lower_or_lower_right(masks):
    mask = masks[0]
    np.testing.assert_array_equal(boundary_map(mask), slow_boundary_map(mask))


@pytest.mark.parametrize('radius', [1, 2, 7, 8, 9, 18, 31])
@pytest.mark.parametrize('grain', [1, 9, 41])
def test_dilation_reaches_as_far_as_the_exact_distance(radius, grain):
    rng = np.random.default_rng(grain)
    noise = rng.standard_normal((2, 203, 307))
    found, wanted = (
        cv2.GaussianBlur(each, (grain, grain), 0) > 0.001 for each in noise
    )
    one, other = boundary_map(found), boundary_map(wanted)
    precision = (distance_transform_edt(~other)[one] <= radius).mean()
    recall = (distance_transform_edt(~one)[other] <= radius).mean()
    expected = 2 * precision * recall / (precision + recall)
    assert boundary_f(found, wanted, tolerance=radius) == expected


def test_boundary_lies_to_the_top_left():
    expected = np.zeros((5, 5), bool)
    expected[1:4, 1:4] = True
    expected[2, 2] = False
    np.testing.assert_array_equal(
        boundary_map(square(2, 2, 2, size=5)), expected
    )


def test_bottom_right_pixel_is_never_boundary():
    mask = square(4, 4, 1, size=5)
    assert np.argwhere(boundary_map(mask)).tolist() == [[3, 3], [3, 4], [4, 3]]


def test_a_mask_that_fills_the_frame_has_no_boundary():
    assert not boundary_map(np.ones((6, 7), bool)).any()


@pytest.mark.parametrize(
    'shape, radius', [((480, 854), 8), ((120, 214), 2), ((128, 224), 3),
                      ((720, 1280), 12), ((1080, 1920), 18)]
)
def test_radius_is_a_share_of_the_diagonal(shape, radius):
    assert tolerance_radius(shape) == radius


def test_a_tolerance_of_one_or_more_is_in_pixels():
    assert tolerance_radius((480, 854), 3) == 3


def test_distance_up_to_the_radius_is_a_hit():
    one, other = square(10, 10, 5), square(10, 13, 5)
    assert boundary_f(one, other, tolerance=3) == 1
    assert boundary_f(one, other, tolerance=2) < 1


def test_value_by_hand():
    # A pixel in the corner against the L of five pixels around a square.
    found, wanted = square(0, 0, 1), square(0, 0, 3)
    assert np.argwhere(boundary_map(found)).tolist() == [[0, 0]]
    assert boundary_map(wanted).sum() == 5
    assert boundary_f(found, wanted, tolerance=1) == 0
    # Distance two reaches (0, 2) and (2, 0) but not (1, 2), (2, 1), (2, 2).
    precision, recall = 1, 2 / 5
    expected = 2 * precision * recall / (precision + recall)
    assert boundary_f(found, wanted, tolerance=2) == pytest.approx(expected)


def test_two_masks_without_boundary_agree():
    full, empty = np.ones((9, 9), bool), np.zeros((9, 9), bool)
    assert boundary_f(full, empty) == 1
    assert boundary_f(empty, empty) == 1


@pytest.mark.parametrize('flip', [False, True])
def test_only_one_boundary_scores_zero(flip):
    pair = square(3, 3, 5), np.zeros((40, 40), bool)
    assert boundary_f(*(pair[::-1] if flip else pair)) == 0


def test_the_complement_has_the_same_boundary():
    assert boundary_f(~square(3, 4, 9), square(3, 4, 9)) == 1


def test_void_cuts_the_same_hole_into_both_masks():
    found, wanted = np.ones((40, 40), bool), square(0, 0, 39)
    # Without void the full mask has no boundary at all.
    assert boundary_f(found, wanted, tolerance=1) == 0
    assert boundary_f(found, wanted, square(10, 10, 9), tolerance=1) > 0


def test_a_view_of_a_larger_array_scores_as_its_copy():
    whole = np.random.default_rng(0).random((2, 60, 80)) > 0.5
    found, wanted = whole[:, ::2, 1::3]
    assert boundary_f(found, wanted) == boundary_f(found.copy(), wanted.copy())


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match='must not be negative, got -1'):
        boundary_f(square(0, 0, 3), square(0, 0, 3), tolerance=-1)


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match='prediction is 40x40'):
        boundary_f(square(0, 0, 3), square(0, 0, 3, size=41))


def test_a_soft_mask_is_refused():
    with pytest.raises(TypeError, match='boolean annotation, got float32'):
        boundary_f(square(0, 0, 3), square(0, 0, 3).astype(np.float32))
