import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    class_iou,
    class_recall,
    confusion_matrix,
)

TRUTH = np.array([[0, 0, 1, 1], [2, 2, 2, 255]], np.uint8)
FOUND = np.array([[0, 1, 1, 1], [2, 0, 2, 2]], np.uint8)


def test_rows_are_annotated_and_columns_predicted():
    matrix = confusion_matrix(FOUND, TRUTH, 4)
    assert matrix.tolist() == [[1, 1, 0, 0], [0, 2, 0, 0], [1, 0, 2, 0],
                               [0, 0, 0, 0]]
    np.testing.assert_allclose(
        class_iou(matrix), [1 / 3, 2 / 3, 2 / 3, np.nan]
    )
    np.testing.assert_allclose(class_recall(matrix), [.5, 1, 2 / 3, np.nan])


def test_equals_masks_of_single_classes():
    rng = np.random.default_rng(0)
    truth, found = rng.integers(0, 21, (2, 60, 70), dtype=np.uint8)
    truth[rng.random(truth.shape) < 0.1] = 255
    matrix = confusion_matrix(found, truth, 21)
    counts = truth != 255
    assert matrix.sum() == counts.sum()
    for label, iou in enumerate(class_iou(matrix)):
        one, other = (found == label) & counts, truth == label
        assert iou == (one & other).sum() / (one | other).sum()


def test_a_class_that_is_only_predicted_counts_as_missed():
    matrix = confusion_matrix(np.array([[1]]), np.array([[0]]), 2)
    assert class_iou(matrix).tolist() == [0, 0]
    assert class_recall(matrix)[0] == 0
    assert np.isnan(class_recall(matrix)[1])


def test_labels_of_eight_bits_do_not_wrap():
    truth = np.full((2, 2), 20, np.uint8)
    assert confusion_matrix(truth, truth, 21)[20, 20] == 4


@pytest.mark.parametrize(
    'found, truth, message',
    [
        (FOUND[:1], TRUTH, r'\(1, 4\) .* \(2, 4\)'),
        (FOUND + 3, TRUTH, '0 to 3 in the prediction, got 3 to 5'),
        (FOUND, TRUTH + 2, '0 to 3 in the annotation, got 1 to 4'),
    ],
)
def test_what_is_no_label_is_named(found, truth, message):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(found, truth, 4)
