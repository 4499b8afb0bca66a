import cv2
import numpy as np
import pytest

from mmmotion.datasets.synthesis.shapes import SHAPES, draw_contour


def turns(contour):
    """Sign of the turn at every corner."""
    edges = np.roll(contour, -1, axis=0) - contour
    after = np.roll(edges, -1, axis=0)
    return np.sign(edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0])


def outlines(shape, num=200):
    return [
        draw_contour(np.random.default_rng(seed), shape, 20.0)
        for seed in range(num)
    ]


@pytest.mark.parametrize('shape', SHAPES)
def test_radius_is_the_largest_distance_from_the_origin(shape):
    for contour in outlines(shape, 20):
        reach = np.hypot(*contour.T).max()
        assert reach == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize('shape', SHAPES)
def test_outline_goes_once_around_the_origin(shape):
    for contour in outlines(shape):
        angles = np.unwrap(np.arctan2(contour[:, 1], contour[:, 0]))
        assert (np.diff(angles) > 0).all()
        assert angles[-1] - angles[0] < 2 * np.pi


def test_convex_polygons_turn_one_way_only():
    assert all((turns(contour) > 0).all() for contour in outlines('convex'))


def test_convex_polygons_have_the_corners_that_were_asked_for():
    corners = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        contour = draw_contour(rng, 'convex', 20.0, (5, 12))
        assert (turns(contour) > 0).all()
        sides = np.roll(contour, -1, axis=0) - contour
        assert np.hypot(*sides.T).min() > 0.15 * 20
        corners.add(len(contour))
    assert corners == set(range(5, 13))


def test_star_polygons_have_a_dent():
    assert all((turns(contour) < 0).any() for contour in outlines('star'))


def test_blobs_have_no_corners():
    for contour in outlines('blob', 20):
        edges = np.roll(contour, -1, axis=0) - contour
        angle = np.unwrap(np.arctan2(edges[:, 1], edges[:, 0]))
        assert np.abs(np.diff(angle)).max() < np.deg2rad(75)


@pytest.mark.parametrize('shape', SHAPES)
def test_outlines_have_an_inside(shape):
    for contour in outlines(shape, 50):
        area = cv2.contourArea(contour.astype(np.float32))
        assert area > 0.1 * np.pi * 20**2


def test_the_same_numbers_give_the_same_outline():
    first, second = (
        draw_contour(np.random.default_rng(3), 'blob', 10.0) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
