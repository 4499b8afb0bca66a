import numpy as np
import pytest

from mmmotion.datasets.synthesis.polygon import fill_polygon
from mmmotion.datasets.synthesis.shapes import SHAPES, draw_contour


def is_inside(point, contour):
    """Winding number of the outline around the point, by its angles."""
    offset = contour - point
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    turns = np.diff(np.append(angle, angle[0]))
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    return abs(turns.sum()) > np.pi


@pytest.mark.parametrize('shape', SHAPES)
def test_pixels_inside_are_those_that_the_outline_winds_around(shape):
    contour = draw_contour(np.random.default_rng(1), shape, 9.0)
    contour += (8.3, 7.1)
    filled = fill_polygon(contour, (15, 18))
    expected = [[is_inside([col, row], contour) for col in range(18)]
                for row in range(15)]
    np.testing.assert_array_equal(filled, expected)
    assert 0 < filled.mean() < 1


def test_centres_decide_and_neighbours_share_no_pixel():
    left = np.array([[-0.5, -0.5], [2.0, -0.5], [2.0, 3.5], [-0.5, 3.5]])
    right = np.array([[2.0, -0.5], [4.5, -0.5], [4.5, 3.5], [2.0, 3.5]])
    first, second = (fill_polygon(part, (4, 5)) for part in (left, right))
    np.testing.assert_array_equal(first[0], [1, 1, 0, 0, 0])
    np.testing.assert_array_equal(first + second, np.ones((4, 5)))


def test_direction_of_the_outline_does_not_matter():
    contour = draw_contour(np.random.default_rng(0), 'star', 9.0) + 8
    np.testing.assert_array_equal(
        fill_polygon(contour, (16, 16)), fill_polygon(contour[::-1], (16, 16))
    )


def test_parts_outside_the_image_are_cut_off():
    contour = np.array([[-9.0, -9.0], [30.0, -9.0], [30.0, 2.5], [-9.0, 2.5]])
    filled = fill_polygon(contour, (5, 6))
    np.testing.assert_array_equal(filled[:, 0], [1, 1, 1, 0, 0])
    assert (filled == filled[:, :1]).all()
    contour[:, 0] += 100
    assert not fill_polygon(contour, (5, 6)).any()
