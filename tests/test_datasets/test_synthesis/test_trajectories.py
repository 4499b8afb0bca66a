import numpy as np
import pytest

from mmmotion.datasets.synthesis.affine import apply, compose, invert
from mmmotion.datasets.synthesis.trajectories import (
    AffineTrajectory,
    anchored_trajectory,
    camera_trajectory,
    sprite_trajectory,
)

SIZE = (128, 224)
MIDDLE = np.array([(SIZE[1] - 1) / 2, (SIZE[0] - 1) / 2])


def camera(seed, speed=2.0, num_frames=60):
    rng = np.random.default_rng(seed)
    return camera_trajectory(rng, num_frames, SIZE, speed, 3.0, 0.06)


def sprite(seed, path, speeds=(1.5, 5.0)):
    rng = np.random.default_rng(1000 + seed)
    return sprite_trajectory(rng, path, SIZE, speeds, 2.0, 0.15)


def relative_steps(sprite_path, camera_path):
    centres = sprite_path.poses[:, :, 2]
    steps = compose(camera_path.poses[1:], invert(camera_path.poses[:-1]))
    carried = [apply(step, centre) for step, centre in zip(steps, centres)]
    return centres[1:] - np.stack(carried)


@pytest.mark.parametrize('speeds', [(1.5, 5.0), (3.0, 3.0), (0.5, 2.5)])
def test_objects_keep_between_the_two_speeds_at_every_step(speeds):
    for seed in range(20):
        path = camera(seed)
        steps = relative_steps(sprite(seed, path, speeds), path)
        lengths = np.hypot(*steps.T)
        assert lengths.min() > speeds[0] - 1e-4
        assert lengths.max() < speeds[1] + 1e-4


def test_objects_turn_smoothly():
    for seed in range(20):
        path = camera(seed)
        steps = relative_steps(sprite(seed, path), path)
        headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        assert np.abs(np.diff(headings)).max() < np.deg2rad(25)


def test_objects_stay_near_the_frame_for_long():
    for seed in range(20):
        path = camera(seed, num_frames=300)
        centres = sprite(seed, path).poses[:, :, 2]
        inside = np.abs(centres - MIDDLE) < [SIZE[1] / 2, SIZE[0] / 2]
        assert inside.all(axis=1).mean() > 0.9


def test_camera_pans_no_faster_than_its_speed():
    for seed in range(20):
        poses = camera_trajectory(
            np.random.default_rng(seed), 40, SIZE, 2.0, 0.0, 0.0
        ).poses
        steps = np.diff(poses[:, :, 2], axis=0)
        assert 0.3 < np.hypot(*steps.T).max() <= 2 + 1e-5
        np.testing.assert_array_equal(poses[:, :, :2], [np.eye(2)] * 40)


def test_a_still_camera_has_no_flow():
    path = camera_trajectory(np.random.default_rng(0), 5, SIZE, 0.0, 0.0, 0.0)
    u, v = path.displacements(0, 4, (0, 0, *SIZE))
    assert not u.any() and not v.any()


def test_anchored_sprites_move_with_the_background():
    path = camera(0)
    place = anchored_trajectory(np.random.default_rng(1), path, SIZE)
    window = (0, 0, *SIZE)
    for mine, theirs in zip(place.displacements(3, 8, window),
                            path.displacements(3, 8, window)):
        np.testing.assert_allclose(mine, theirs, atol=2e-3)


def test_displacement_is_the_way_of_a_point_of_the_layer():
    path = sprite(0, camera(0))
    points = np.array([[0.0, 0.0], [9.0, -4.0]])
    start, end = path.project(points, 2), path.project(points, 7)
    expected = end - start
    for (x, y), (dx, dy) in zip(start, expected):
        motion = compose(path.poses[7] - path.poses[2], invert(path.poses[2]))
        np.testing.assert_allclose(
            apply(motion, np.array([x, y])), [dx, dy], atol=1e-9
        )
    row, col = 20, 30
    u, v = path.displacements(2, 7, (row, col, row + 1, col + 1))
    back = AffineTrajectory(invert(path.poses)
                            ).project(np.array([[float(col),
                                                 float(row)]]), 2)
    np.testing.assert_allclose(
        path.project(back, 7)[0], [col + u[0, 0], row + v[0, 0]]
    )


def test_sources_invert_projections():
    path = sprite(0, camera(0))
    xs, ys = path.sources(4, (10, 20, 12, 25))
    points = np.stack([xs.ravel(), ys.ravel()], -1)
    rows, cols = np.mgrid[10:12, 20:25]
    expected = np.stack([cols.ravel(), rows.ravel()], -1)
    np.testing.assert_allclose(path.project(points, 4), expected, atol=1e-9)
