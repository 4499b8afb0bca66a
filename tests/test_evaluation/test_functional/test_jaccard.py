"""Region similarity J."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import jaccard


def rows(first: int, last: int, size: int = 10) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[first:last] = True
    return mask


def test_value_is_the_intersection_over_the_union():
    assert jaccard(rows(0, 4), rows(2, 8)) == pytest.approx(2 / 8)


def test_two_empty_masks_agree_perfectly():
    assert jaccard(rows(0, 0), rows(0, 0)) == 1


@pytest.mark.parametrize('found, wanted', [((0, 0), (2, 4)), ((2, 4), (0, 0))])
def test_one_empty_mask_scores_zero(found, wanted):
    assert jaccard(rows(*found), rows(*wanted)) == 0


def test_a_mask_and_its_complement_score_zero():
    assert jaccard(rows(0, 4), ~rows(0, 4)) == 0


def test_void_pixels_count_in_neither_mask():
    assert jaccard(rows(0, 4), rows(2, 8), rows(4, 7)) == pytest.approx(2 / 5)


def test_a_union_that_is_all_void_counts_as_empty():
    assert jaccard(rows(0, 4), rows(2, 6), rows(0, 6)) == 1


def test_masks_are_never_thresholded():
    with pytest.raises(TypeError, match='boolean prediction, got uint8'):
        jaccard(rows(0, 4).astype(np.uint8) * 255, rows(0, 4))


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match=r'prediction is 9x9 but .* 10x10'):
        jaccard(rows(0, 4, size=9), rows(0, 4))


def test_a_void_of_another_size_is_refused():
    with pytest.raises(ValueError, match='void is 9x9'):
        jaccard(rows(0, 4), rows(0, 4), rows(0, 1, size=9))


@pytest.mark.parametrize('shape', [(4, ), (1, 4, 4), (0, 4)])
def test_anything_but_an_image_is_refused(shape):
    with pytest.raises(ValueError, match=r'shape \(H, W\)'):
        jaccard(np.zeros(shape, bool), np.zeros(shape, bool))
