"""Mean, recall and decay."""

import math

import numpy as np
import pytest

from mmmotion.evaluation.functional import known_mean, sequence_statistics


def test_values_by_hand():
    # Borders of the quarters of five frames are 0, 1, 2, 3, 4.
    mean, recall, decay = sequence_statistics([0.9, 0.7, 0.5, 0.6, 0.2])
    assert mean == pytest.approx(0.58)
    assert recall == pytest.approx(3 / 5)
    assert decay == pytest.approx((0.9 + 0.7) / 2 - (0.6 + 0.2) / 2)


def test_half_is_not_above_half():
    assert sequence_statistics([0.5, 0.5 + 1e-12]).recall == 0.5


def test_a_frame_without_score_is_a_failure_but_no_part_of_the_mean():
    statistics = sequence_statistics([0.8, math.nan, 0.6, 0.6])
    assert statistics.mean == pytest.approx(2 / 3)
    assert statistics.recall == pytest.approx(3 / 4)


def test_getting_better_is_a_negative_decay():
    assert sequence_statistics(np.linspace(0, 1, 40)).decay < 0


def test_decay_is_exact_for_long_sequences():
    values = np.repeat([1.0, 0.6, 0.4, 0.25], 250)
    # Quarters of 1,000 frames end at frames 250, 500 and 750 (0-based, rounded
    # from 249.75), and the neighbours' border frames belong to both.
    borders = [round(each) - 1 for each in np.linspace(1, 1000, 5)]
    first, last = values[:borders[1] + 1], values[borders[3]:]
    assert sequence_statistics(values).decay == pytest.approx(
        first.mean() - last.mean()
    )
    assert sequence_statistics(values).decay == pytest.approx(0.75, abs=0.01)


def test_a_single_frame_does_not_decay():
    assert sequence_statistics([0.7]) == (0.7, 1.0, 0.0)


def test_a_sequence_without_frames_has_no_values():
    assert all(math.isnan(value) for value in sequence_statistics([]))


def test_nothing_known_has_no_mean():
    assert math.isnan(known_mean(np.array([math.nan, math.nan])))


def test_more_than_one_row_is_refused():
    with pytest.raises(ValueError, match='one value per frame'):
        sequence_statistics(np.zeros((2, 3)))
