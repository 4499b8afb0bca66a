"""Boxes around masks."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    border_fraction,
    box_iou,
    largest_box,
    mask_to_box,
    scale_box,
    success_rates,
)


def grey(top, bottom, left, right, value=255) -> np.ndarray:
    mask = np.zeros((30, 40), np.uint8)
    mask[top:bottom, left:right] = value
    return mask


def test_box_ends_behind_the_last_pixel():
    assert mask_to_box(grey(5, 9, 10, 30)) == (10, 5, 30, 9)


def test_a_streak_with_a_larger_box_beats_a_compact_object():
    mask = grey(2, 10, 2, 10)
    for step in range(15):
        mask[14 + step, 15 + step] = 255
    assert mask_to_box(mask) == (15, 14, 30, 29)


@pytest.mark.parametrize(
    'region, expected', [('box', (15, 14, 30, 29)),
                         ('component', (2, 2, 10, 10))]
)
def test_the_largest_region_is_by_box_or_by_pixels(region, expected):
    mask = grey(2, 10, 2, 10) > 0  # 64 pixels
    for step in range(15):  # 15 pixels that touch at their corners
        mask[14 + step, 15 + step] = True
    assert largest_box(mask, region) == expected
    assert largest_box(np.zeros_like(mask), region) is None


def test_an_unknown_region_is_refused():
    with pytest.raises(ValueError, match="'component', got 'hull'"):
        largest_box(grey(5, 9, 10, 30) > 0, 'hull')


def test_a_box_follows_the_size_of_its_image():
    assert scale_box((1, 2, 3, 4), (10, 20), (30, 10)) == (0.5, 6, 1.5, 12)


def test_a_tenth_of_the_grey_range_is_the_limit():
    assert mask_to_box(grey(5, 9, 10, 30, value=25)) is None
    assert mask_to_box(grey(5, 9, 10, 30, value=26)) is not None


def test_an_object_that_owns_the_border_is_turned_around():
    assert mask_to_box(255 - grey(5, 9, 10, 30)) == (10, 5, 30, 9)


def test_border_pixels_are_counted_once():
    mask = grey(0, 1, 0, 40)
    assert border_fraction(mask) == pytest.approx(40 / (2 * 30 + 2 * 40 - 4))


def test_an_empty_mask_has_no_box():
    assert mask_to_box(grey(0, 0, 0, 0)) is None


@pytest.mark.parametrize(
    'other, expected',
    [
        ((0, 0, 10, 10), 1.0),
        ((5, 0, 15, 10), 50 / 150),
        ((10, 0, 20, 10), 0.0),
        ((20, 20, 30, 30), 0.0),
    ],
)
def test_overlap_by_hand(other, expected):
    assert box_iou((0, 0, 10, 10), other) == pytest.approx(expected)


def test_no_box_does_not_overlap():
    assert box_iou(None, (0, 0, 1, 1)) == 0


def test_success_is_strictly_above_the_threshold():
    assert success_rates([0.5, 0.75, 0.95,
                          0.2]).tolist() == [0.5, 0.5, 0.5, 0.25, 0.25]


def test_a_mask_that_is_not_grey_is_refused():
    with pytest.raises(ValueError, match='uint8 mask'):
        mask_to_box(grey(5, 9, 10, 30) > 0)
