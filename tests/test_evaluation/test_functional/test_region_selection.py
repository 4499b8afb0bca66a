"""Choice of regions by ground truth."""

from itertools import combinations

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    jaccard,
    oracle_assignment,
    oracle_region,
    oracle_side,
)


def quarters() -> np.ndarray:
    """Four regions, each a quarter of the columns."""
    return np.repeat(np.eye(4), 3, axis=1)[:, None].repeat(6, axis=1)


def columns(*indices: int) -> np.ndarray:
    return quarters()[list(indices)].any(axis=0)


def test_side_keeps_a_good_prediction():
    choice = oracle_side(columns(0), columns(0, 1))
    assert (choice.regions, choice.score) == ((1, ), 0.5)
    np.testing.assert_array_equal(choice.mask, columns(0))


def test_side_turns_a_prediction_around():
    choice = oracle_side(columns(2, 3), columns(0))
    assert (choice.regions, choice.score) == ((0, ), 0.5)
    np.testing.assert_array_equal(choice.mask, columns(0, 1))


def test_side_prefers_the_prediction_on_ties():
    assert oracle_side(columns(0, 1), columns(1, 2)).regions == (1, )


def test_region_is_the_best_single_one():
    annotation = columns(2, 3)
    annotation[:, -1] = False
    choice = oracle_region(quarters(), annotation)
    assert choice.regions == (2, )
    assert choice.score == pytest.approx(3 / 5)


def test_region_is_the_first_on_ties():
    assert oracle_region(quarters(), columns(2, 1)).regions == (1, )


def test_assignment_finds_the_members():
    choice = oracle_assignment(quarters(), columns(1, 3))
    assert (choice.regions, choice.score) == ((1, 3), 1.0)


def test_assignment_never_takes_all_or_nothing():
    empty = np.zeros((6, 12), bool)
    assert oracle_assignment(quarters(), empty).regions == (0, )
    assert len(oracle_assignment(quarters(), ~empty).regions) == 3


@pytest.mark.parametrize('num', [2, 3, 5])
def test_assignment_is_the_best_of_all_subsets(num):
    rng = np.random.default_rng(num)
    logits = 3 * rng.standard_normal((num, 15, 20))
    regions = np.exp(logits) / np.exp(logits).sum(axis=0)
    annotation = rng.random((15, 20)) > 0.4
    scores = [
        jaccard(regions[list(members)].sum(axis=0) > 0.5, annotation)
        for size in range(1, num)
        for members in combinations(range(num), size)
    ]
    assert len(scores) == 2**num - 2
    assert oracle_assignment(regions, annotation).score == max(scores)


def test_regions_are_thresholded_strictly_above():
    halves = np.full((2, 4, 4), 0.5)
    assert not oracle_region(halves, np.ones((4, 4), bool)).mask.any()


def test_groups_score_as_in_the_released_video_evaluation(golden):
    _, arrays = golden('gwm_metrics.npz')
    for masks, target, expected in zip(arrays['masks'],
                                       arrays['targets'].astype(bool),
                                       arrays['video_iou']):
        # There an empty union scores 0 and never 1.
        if target.any():
            choice = oracle_region(masks, target)
            assert choice.score == pytest.approx(expected.max(), abs=1e-6)


@pytest.mark.parametrize('num', [1, 13])
def test_counts_that_cannot_be_enumerated_are_refused(num):
    with pytest.raises(ValueError, match=f'2 to 12 regions .* got {num}'):
        oracle_assignment(np.zeros((num, 4, 4)), np.ones((4, 4), bool))


def test_regions_of_another_size_are_refused():
    with pytest.raises(ValueError, match='resize the regions'):
        oracle_region(quarters(), np.ones((4, 4), bool))


def test_regions_without_their_axis_are_refused():
    with pytest.raises(ValueError, match=r'\(K, H, W\)'):
        oracle_assignment(np.zeros((6, 12)), columns(0))
