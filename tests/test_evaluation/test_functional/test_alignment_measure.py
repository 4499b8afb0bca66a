"""E-measure."""

import numpy as np
import pytest

from mmmotion.evaluation.functional import adaptive_alignment, alignment_levels


def stripes() -> np.ndarray:
    mask = np.zeros((50, 60), bool)
    mask[10:30] = True
    return mask


def slow_alignment(found: np.ndarray, wanted: np.ndarray) -> float:
    """Definition, pixel by pixel."""
    one, other = found - found.mean(), wanted - wanted.mean()
    aligned = 2 * one * other / (one**2 + other**2 + np.spacing(1))
    return ((aligned + 1)**2 / 4).sum() / (found.size - 1)


def test_value_is_that_of_the_definition():
    soft = np.random.default_rng(0).random((50, 60))
    levels = alignment_levels(soft, stripes())
    for index in (5, 100, 250):
        found = (soft * 255).astype(int) >= 255 - index
        assert levels[index] == pytest.approx(slow_alignment(found, stripes()))


def test_adaptive_value_is_that_of_the_definition():
    soft = np.random.default_rng(1).random((50, 60))**3
    found = soft >= 2 * soft.mean()
    assert adaptive_alignment(soft, stripes()) == pytest.approx(
        slow_alignment(found, stripes())
    )


def test_a_perfect_mask_scores_one():
    value = adaptive_alignment(stripes().astype(float), stripes())
    assert value == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize('full', [False, True])
def test_uniform_annotations_count_the_right_pixels(full):
    wanted = np.full((50, 60), full)
    share = 20 * 60 if full else 30 * 60
    value = adaptive_alignment(stripes().astype(float), wanted)
    assert value == pytest.approx(share / (50 * 60 - 1))
