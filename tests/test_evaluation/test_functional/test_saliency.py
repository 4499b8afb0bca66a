"""Measures between a soft mask and a binary one."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    PROBABILITY_THRESHOLDS,
    adaptive_f_beta,
    f_beta,
    foreground_probability,
    image_iou,
    mean_absolute_error,
    pixel_accuracy,
    precision_recall_above,
    precision_recall_levels,
    stretch,
)

SOFT = np.array([[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]])
MASK = np.array([[False, False, True], [True, True, True]])


def test_simple_measures_by_hand():
    assert mean_absolute_error(SOFT, MASK) == pytest.approx(1.4 / 6)
    assert pixel_accuracy(SOFT, MASK) == pytest.approx(5 / 6)
    assert image_iou(SOFT, MASK) == pytest.approx(3 / 4)


def test_an_empty_union_scores_zero():
    assert image_iou(np.zeros((2, 2)), np.zeros((2, 2), bool)) == 0


def test_f_beta_weighs_precision_more():
    assert f_beta(0.9, 0.5) > f_beta(0.5, 0.9)
    assert f_beta(1.0, 0.5) == pytest.approx(1.3 * 0.5 / (0.3 + 0.5))
    assert f_beta(0.0, 0.0) == 0


def test_thresholds_are_exceeded_strictly():
    curve = precision_recall_above(SOFT, MASK, np.array([0.1, 0.4, 0.9]))
    assert curve.precision.tolist() == pytest.approx([4 / 5, 1, 1])
    assert curve.recall.tolist() == pytest.approx([1, 3 / 4, 1 / 4])


def test_thresholds_treat_eight_bit_masks_alike():
    levels = np.arange(256).reshape(16, 16)
    mask = np.ones((16, 16), bool)
    curve = precision_recall_above(levels / 255, mask, PROBABILITY_THRESHOLDS)
    np.testing.assert_allclose(curve.recall, np.arange(254, 0, -1) / 256)


def test_empty_masks_are_perfect_above_thresholds():
    empty = np.zeros((2, 2), bool)
    curve = precision_recall_above(
        np.zeros((2, 2)), empty, PROBABILITY_THRESHOLDS
    )
    assert (curve.precision == 1).all()
    assert (curve.recall == 1).all()


def test_levels_are_met_from_the_highest_on():
    curve = precision_recall_levels(SOFT, MASK)
    assert len(curve.precision) == 256
    assert (curve.precision[0], curve.recall[0]) == (1, 0.25)
    assert (curve.precision[-1], curve.recall[-1]) == (4 / 6, 1)


def test_an_empty_prediction_has_precision_zero_at_levels():
    curve = precision_recall_levels(np.zeros((2, 2)), np.ones((2, 2), bool))
    assert curve.precision[:-1].max() == 0


def test_adaptive_threshold_is_twice_the_mean():
    mask = np.array([[False, False, False], [False, False, True]])
    assert adaptive_f_beta(SOFT, mask) == 1
    assert adaptive_f_beta(SOFT, ~MASK) == 0


def test_stretching_leaves_a_constant_mask():
    assert stretch(np.full((2, 2), 0.3)).tolist() == [[0.3, 0.3]] * 2
    np.testing.assert_allclose(stretch(0.2 + SOFT / 2), SOFT)


def test_a_mask_is_weighed_against_the_other():
    share = foreground_probability(
        np.array([[0.2, 0.0, 1.0]]), np.array([[0.6, 0.5, 0.0]])
    )
    expected = [[0.25, 1e-6 / (0.5 + 1e-6), 1 - 1e-6]]
    np.testing.assert_allclose(share, expected, rtol=1e-6)


@pytest.mark.parametrize(
    'found, wanted, error',
    [
        (SOFT, MASK.astype(np.uint8), TypeError),
        (MASK, MASK, TypeError),
        (SOFT[:1], MASK, ValueError),
        (SOFT * 255, MASK, ValueError),
        (SOFT * np.nan, MASK, ValueError),
    ],
)
def test_bad_masks_are_refused(found, wanted, error):
    with pytest.raises(error, match=r'expected|does not fit'):
        mean_absolute_error(found, wanted)
