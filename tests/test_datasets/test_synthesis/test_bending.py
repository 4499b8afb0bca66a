import numpy as np
import pytest
from scipy.interpolate import RBFInterpolator

from mmmotion.datasets.synthesis.bending import (
    bend,
    control_grid,
    draw_moves,
    thin_plate_spline,
)
from mmmotion.datasets.synthesis.shapes import SHAPES, draw_contour


@pytest.fixture(params=SHAPES)
def sprite(request):
    rng = np.random.default_rng(3)
    contour = draw_contour(rng, request.param, 40.0)
    controls = contour if len(contour) < 13 else control_grid(contour, 5)
    return contour, controls, bend(rng, contour, controls, 30)


def test_spline_agrees_with_another_implementation():
    rng = np.random.default_rng(0)
    controls = rng.uniform(-40, 40, (9, 2))
    moves = rng.normal(size=(2, 9, 2))
    places = rng.uniform(-50, 50, (30, 2))
    expected = [
        RBFInterpolator(controls, move, kernel='thin_plate_spline')(places)
        for move in moves
    ]
    found = thin_plate_spline(controls, moves, places)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_spline_goes_through_its_control_points():
    controls = control_grid(np.array([[-30.0, -20.0], [30.0, 20.0]]), 4)
    moves = np.random.default_rng(0).normal(size=(3, 16, 2))
    np.testing.assert_allclose(
        thin_plate_spline(controls, moves, controls), moves, atol=1e-12
    )


def test_spline_does_not_bend_what_moves_as_a_plane():
    controls = np.random.default_rng(0).uniform(-9, 9, (7, 2))
    plane = np.array([[0.1, 0.2], [-0.3, 0.05]])
    places = np.random.default_rng(1).uniform(-20, 20, (5, 2))
    found = thin_plate_spline(controls, (controls @ plane + 2)[None], places)
    np.testing.assert_allclose(found[0], places @ plane + 2, atol=1e-10)


def test_control_points_on_a_line_are_refused():
    with pytest.raises(ValueError, match='singular'):
        thin_plate_spline(
            np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 4.0]]),
            np.zeros((1, 3, 2)), np.zeros((1, 2))
        )


def test_points_move_less_than_half_way_to_the_nearest(sprite):
    _, controls, _ = sprite
    moves = draw_moves(np.random.default_rng(1), controls, 300)
    length = np.linalg.norm(moves, axis=-1).max(axis=0)
    distance = np.linalg.norm(controls[:, None] - controls, axis=-1)
    np.fill_diagonal(distance, np.inf)
    half = distance.min(axis=1) / 2
    assert (length < half).all() and (length > 0.9 * half).all()
    assert (moves == 0).all(axis=-1).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize('time', [0.0, 4.0, 11.0, 29.0])
def test_undo_is_the_inverse(sprite, time):
    _, _, bending = sprite
    x, y = np.random.default_rng(2).uniform(-60, 60, (2, 500))
    back = bending.undo(*bending.displace(x, y, time), time)
    np.testing.assert_allclose(back, [x, y], atol=1e-8)


def test_key_poses_follow_after_five_to_ten_frames(sprite):
    times = sprite[2].times
    assert times[0] == 0 and times[-1] >= 29
    assert set(np.diff(times)) <= set(range(5, 11))


def test_motion_passes_through_the_key_poses_without_a_jump(sprite):
    contour, _, bending = sprite
    x, y = contour.T
    places = np.array([
        bending.displace(x, y, time) for time in np.arange(0, 20, 0.25)
    ])
    assert np.ptp(places, axis=0).max() > 0.5
    assert np.abs(np.diff(places, axis=0)).max() < 3
