"""S-measure."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import structure_measure


def disk(size: int = 40) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return (y - 15)**2 + (x - 18)**2 < 80


def test_a_perfect_mask_scores_one():
    assert structure_measure(disk().astype(float), disk()) == pytest.approx(1)


def test_a_better_mask_scores_higher():
    blurred = 0.2 + 0.6 * disk()
    shifted = np.roll(disk(), 6, axis=1).astype(float)
    assert structure_measure(blurred,
                             disk()) > structure_measure(shifted, disk())


def test_uniform_annotations_take_the_mean():
    soft = np.full((4, 4), 0.2)
    assert structure_measure(soft, np.zeros((4, 4),
                                            bool)) == pytest.approx(0.8)
    assert structure_measure(soft, np.ones((4, 4), bool)) == pytest.approx(0.2)


def test_an_object_in_the_corner_leaves_blocks_empty():
    mask = np.zeros((6, 6), bool)
    mask[-1, -1] = True
    assert structure_measure(mask.astype(float), mask) == pytest.approx(1)
