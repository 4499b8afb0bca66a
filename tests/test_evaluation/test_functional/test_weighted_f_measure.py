"""Weighted F-measure."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import weighted_f_measure


def square(left: int = 10) -> np.ndarray:
    mask = np.zeros((40, 60), bool)
    mask[10:25, left:left + 15] = True
    return mask


def test_a_perfect_mask_scores_one():
    value = weighted_f_measure(square().astype(float), square())
    assert value == pytest.approx(1)


def test_an_empty_annotation_scores_zero():
    assert weighted_f_measure(np.zeros((4, 4)), np.zeros((4, 4), bool)) == 0


def test_false_pixels_far_away_cost_more():
    near, far = square(), square()
    near[25, 10:25] = True
    far[38, 40:55] = True
    assert weighted_f_measure(
        near.astype(float), square()
    ) > (weighted_f_measure(far.astype(float), square()))


def test_uniform_error_is_the_error_itself():
    soft = np.ones((30, 30)) * 0.75
    full = np.ones((30, 30), bool)
    # Of every pixel a quarter is missing, at the border less after smoothing.
    value = weighted_f_measure(soft, full)
    assert 2 * 0.75 / 1.75 < value < 2 * 0.8 / 1.8
