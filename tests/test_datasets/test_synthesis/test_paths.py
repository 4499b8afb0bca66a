import numpy as np
import pytest

from mmmotion.datasets.synthesis import WorldSettings
from mmmotion.datasets.synthesis.homography import apply, invert
from mmmotion.datasets.synthesis.looks import Look
from mmmotion.datasets.synthesis.paths import (
    anchored_sprite,
    still_camera,
    tilting_camera,
    walking_sprite,
)

SIZE = (128, 224)
CORNERS = np.array([[0.0, 0], [223, 0], [0, 127], [223, 127]])
CONTOUR = np.array([[-20.0, -10], [20, -10], [20, 10], [-20, 10]])
TILE = np.zeros((4, 4, 3), np.uint8)


def world(**settings):
    return WorldSettings(
        motion='homography', relative_speed=(0.0, 6.0), **settings
    )


def camera(seed=0, perspective=0.1, num_frames=30):
    rng = np.random.default_rng(seed)
    return tilting_camera(rng, num_frames, SIZE, 2.0, 5.0, 0.1, perspective)


def walk(seed=0, upright=False, num_frames=30, **settings):
    look = Look(CONTOUR, TILE, True, upright)
    rng = np.random.default_rng(seed)
    path = camera(num_frames=num_frames)
    return walking_sprite(rng, path, world(**settings), look)


@pytest.mark.parametrize('seed', range(3))
def test_depth_changes_by_no_more_than_the_perspective(seed):
    poses = camera(seed, 0.2).poses
    depths = poses[:, 2, :2] @ np.array([223, 127]) + poses[:, 2, 2]
    across = poses[:, 2, 0] * 223 / depths
    assert 0.05 < np.abs(across).max() < 0.25
    flat = camera(seed, 0.0).poses
    np.testing.assert_array_equal(flat[:, 2], [[0, 0, 1]] * 30)


def test_a_resting_object_moves_as_the_background_behind_it():
    path = walk(rest=1.0)
    (resting, ) = np.nonzero(np.diff(path.clock) == 0)
    assert 5 <= len(resting) <= 15
    assert (np.diff(resting) == 1).all()
    background = camera()
    window = (40, 60, 80, 160)
    for frame in resting:
        mine = path.displacements(frame, frame + 1, window)
        theirs = background.displacements(frame, frame + 1, window)
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@pytest.mark.parametrize('num_frames, longest', [(1, 0), (2, 0), (10, 6)])
def test_no_object_rests_for_all_of_a_short_scene(num_frames, longest):
    rests = [(np.diff(walk(seed, num_frames=num_frames,
                           rest=1.0).clock) == 0).sum() for seed in range(12)]
    assert max(rests) == longest


def test_no_object_rests_unless_asked_to():
    np.testing.assert_array_equal(walk(rest=0.0).clock, np.arange(30))


@pytest.mark.parametrize('seed', range(6))
def test_centres_stay_in_the_frame_and_are_slow_enough(seed):
    path, background = walk(seed, rest=0.5, perspective=0.1), camera()
    centres = np.array([
        path.project(np.zeros((1, 2)), frame)[0] for frame in range(30)
    ])
    assert (centres > -20).all() and (centres < (244, 148)).all()
    for frame in range(29):
        ground = apply(invert(background.poses[frame]), centres[frame])
        carried = apply(background.poses[frame + 1], ground)
        assert np.linalg.norm(centres[frame + 1] - carried) < 6.01


def test_silhouettes_begin_as_they_were_drawn():
    angles = []
    for seed in range(12):
        path = walk(seed, upright=True)
        x, y = path.project(np.array([[5.0, 0.0]]),
                            0)[0] - path.project(np.zeros((1, 2)), 0)[0]
        angles.append(np.degrees(np.arctan2(y, x)))
    assert np.ptp(angles) > 10 and np.abs(angles).max() < 30


def test_anchored_sprites_move_with_the_background():
    background = camera(3)
    path = anchored_sprite(np.random.default_rng(0), background, world())
    centre = path.project(np.zeros((1, 2)), 15)[0]
    assert (centre > (22, 12)).all() and (centre < (202, 116)).all()
    for frame, target in ((0, 1), (12, 29)):
        np.testing.assert_allclose(
            path.displacements(frame, target, (0, 0, *SIZE)),
            background.displacements(frame, target, (0, 0, *SIZE)),
            atol=1e-6,
        )


@pytest.mark.parametrize('seed', range(3))
def test_nearer_sprites_pan_further_than_the_background(seed):
    background = camera(3)
    still, near = (
        anchored_sprite(np.random.default_rng(seed), background, settings)
        for settings in (world(), world(parallax=0.8))
    )
    origin = np.zeros((1, 2))
    mine, theirs = (
        np.stack([path.project(origin, frame)[0] for frame in range(30)])
        for path in (near, still)
    )
    np.testing.assert_allclose(mine[15], theirs[15], atol=1e-5)
    ahead = mine - theirs
    middle = np.array([[111.5, 63.5]])
    ground = apply(invert(background.poses[15]), middle)
    pan = np.stack([background.project(ground, t)[0] for t in range(30)])
    pan -= middle
    share = (ahead * pan).sum() / (pan * pan).sum()
    assert 0 < share < 0.8
    np.testing.assert_allclose(ahead, share * pan, atol=1e-5)


def test_nearer_sprites_before_a_still_camera_do_not_move():
    path = anchored_sprite(
        np.random.default_rng(0), still_camera(4), world(parallax=1.0)
    )
    assert not np.any(path.displacements(0, 3, (0, 0, *SIZE)))


def test_a_still_camera_does_not_move():
    path = still_camera(4)
    np.testing.assert_array_equal(path.project(CORNERS, 3), CORNERS)
    assert not np.any(path.displacements(0, 3, (0, 0, *SIZE)))
