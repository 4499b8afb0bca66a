import numpy as np
import pytest

from mmmotion.datasets.synthesis.bending import bend
from mmmotion.datasets.synthesis.homography import tilt
from mmmotion.datasets.synthesis.shapes import draw_contour
from mmmotion.datasets.synthesis.warped_trajectory import WarpedTrajectory

WINDOW = (5, 8, 45, 72)


@pytest.fixture
def path():
    """Five frames of a bending layer that tilts and moves to the right."""
    rng = np.random.default_rng(0)
    contour = draw_contour(rng, 'star', 30.0)
    poses = tilt(1e-3 * rng.uniform(-1, 1, (5, 2)))
    poses[:, :2, 2] = 40 + 2 * np.arange(5)[:, None] * [1, 0.5]
    clock = np.array([0, 3, 6, 6, 9])
    return WarpedTrajectory(poses, bend(rng, contour, contour, 12), clock)


def test_sources_and_project_are_inverse(path):
    x, y = path.sources(2, WINDOW)
    assert x.shape == y.shape == (40, 64)
    points = path.project(np.stack([x.ravel(), y.ravel()], axis=-1), 2)
    rows, cols = np.mgrid[5:45, 8:72]
    np.testing.assert_allclose(points[:, 0], cols.ravel(), atol=1e-8)
    np.testing.assert_allclose(points[:, 1], rows.ravel(), atol=1e-8)


def test_displacement_leads_to_where_the_same_point_is(path):
    x, y = path.sources(1, WINDOW)
    points = np.stack([x.ravel(), y.ravel()], axis=-1)
    rows, cols = np.mgrid[5:45, 8:72]
    for target in (0, 4):
        u, v = path.displacements(1, target, WINDOW)
        there = path.project(points, target)
        np.testing.assert_allclose(u + cols, there[:, 0].reshape(40, 64))
        np.testing.assert_allclose(v + rows, there[:, 1].reshape(40, 64))
        assert np.ptp(u) > 0.5  # not one motion for all


def test_a_layer_at_the_same_time_and_place_has_no_motion(path):
    path.poses[3] = path.poses[2]
    for part in path.displacements(2, 3, WINDOW):
        np.testing.assert_array_equal(part, 0)


def test_bending_stops_while_the_clock_does(path):
    still = np.broadcast_to(path.poses[0], path.poses.shape)
    layer = WarpedTrajectory(still, path.bending, path.clock)
    assert np.abs(layer.displacements(1, 2, WINDOW)).max() > 0.1
    assert np.abs(layer.displacements(2, 3, WINDOW)).max() == 0
