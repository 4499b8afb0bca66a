import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mmmotion.visualization.report.charts import (
    bin_means,
    draw_lines,
    round_up,
)

NAN = float('nan')


def paths(values, top=1.0):
    svg = draw_lines([np.array(values)], ['#123456'], ['object-1'], top)
    root = ElementTree.fromstring(svg)
    return [(path.get('class'), path.get('d')) for path in root.iter('path')]


def test_a_line_runs_through_the_middle_of_each_frame():
    area, line = paths([0.0, 1.0, 0.5, 0.25])
    assert line == ('line', 'M125,100L375,0 625,50 875,75')
    assert area == ('area', 'M125,100L125,100 375,0 625,50 875,75V100Z')


def test_a_line_breaks_where_nothing_is_known():
    (_, _), (_, line) = paths([0.0, 0.0, NAN, 1.0, NAN])
    assert line == 'M100,100L300,100M700,0h0.01'


def test_values_above_the_edge_stay_inside_and_unknown_lines_are_none():
    assert paths([2.0, 3.0])[1][1] == 'M250,0L750,0'
    assert paths([NAN, NAN]) == []


def test_means_leave_out_what_is_unknown():
    values = np.array([1.0, 3.0, NAN, 4.0, NAN, NAN, 7.0])
    np.testing.assert_array_equal(bin_means(values, 3), [2, 4, 7])
    np.testing.assert_array_equal(bin_means(values, 7), values)


def test_a_mean_of_nothing_is_unknown():
    means = bin_means(np.array([1.0, 3.0, NAN, NAN]), 2)
    np.testing.assert_array_equal(means, [2, NAN])


@pytest.mark.parametrize(
    'value, rounded', [(0, 1), (0.03, 0.05), (0.1, 0.1), (0.1 + 0.2, 0.5),
                       (1.0, 1), (12, 20), (51, 100), (0.7 / 7, 0.1)]
)  # yapf: disable
def test_edges_are_round_numbers(value, rounded):
    assert round_up(value) == pytest.approx(rounded)


def test_length_of_the_path_does_not_grow_with_the_video():
    line = bin_means(np.random.default_rng(0).random(50_000), 1000)
    assert len(re.findall(r'[ ML]', paths(line)[1][1])) == 1000
