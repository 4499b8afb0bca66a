"""Measures between a soft mask and a binary one."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    adaptive_f_beta,
    f_beta,
    image_iou,
    mean_absolute_error,
    pixel_accuracy,
    precision_recall_above,
    precision_recall_levels,
    stretch,
)

SOFT = np.array([[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]])
MASK = np.array([[False, False, True], [True, True, True]])
THRESHOLDS = np.arange(1, 255) / 255


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
    curve = precision_recall_above(levels / 255, mask, THRESHOLDS)
    np.testing.assert_allclose(curve.recall, np.arange(254, 0, -1) / 256)


def test_empty_masks_are_perfect_above_thresholds():
    empty = np.zeros((2, 2), bool)
    curve = precision_recall_above(np.zeros((2, 2)), empty, THRESHOLDS)
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


def test_released_image_evaluation_gives_the_same_numbers(golden):
    _, arrays = golden('gwm_metrics.npz')
    found = []
    for masks, background in zip(arrays['masks'], arrays['background']):
        low = np.float32(1e-6)
        back, fore = np.clip(masks[[background, 1 - background]], low, 1 - low)
        found.append(fore / (fore + back))
    pairs = list(zip(found, arrays['targets'].astype(bool)))
    curves = [precision_recall_above(*pair, THRESHOLDS) for pair in pairs]
    scores = np.array([f_beta(*curve) for curve in curves])
    accuracy = [pixel_accuracy(*pair) for pair in pairs]
    ious = [image_iou(*pair) for pair in pairs]
    np.testing.assert_allclose(accuracy, arrays['acc'], atol=1e-6)
    np.testing.assert_allclose(ious, arrays['iou'], atol=1e-6)
    np.testing.assert_allclose([curve.recall for curve in curves],
                               arrays['f_max_recall'],
                               atol=1e-6)
    assert scores.mean(axis=0).max() == pytest.approx(
        float(arrays['f_max']), abs=1e-6
    )


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
