import numpy as np
import pytest

from mmmotion.datasets.synthesis.trajectories import AffineTrajectory
from mmmotion.datasets.synthesis.visibility import rate_visibility

SQUARE = 20.0 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def still(x, y, num_frames=6):
    poses = np.tile([[1.0, 0.0, x], [0.0, 1.0, y]], (num_frames, 1, 1))
    return AffineTrajectory(poses)


def rate(*paths, moves=None):
    moves = [True] * len(paths) if moves is None else moves
    return rate_visibility([SQUARE] * len(paths), paths, moves, (128, 224))


def test_an_object_in_the_open_is_visible():
    assert rate(still(100, 60)) == 1


@pytest.mark.parametrize('x, expected', [(12, 1), (-12, 0), (-60, 0)])
def test_an_object_may_leave_the_frame_in_part(x, expected):
    assert rate(still(x, 60)) == expected


def test_an_object_behind_another_sprite_is_hidden():
    assert rate(still(100, 60), still(105, 60)) == 0
    assert rate(still(100, 60), still(130, 60)) == 1


def test_static_sprites_may_be_hidden_but_hide_others():
    assert rate(still(100, 60), still(105, 60), moves=[False, True]) == 1
    assert rate(still(100, 60), still(105, 60), moves=[True, False]) == 0


def test_share_of_frames_counts():
    poses = still(100, 60).poses.copy()
    poses[:3, 0, 2] = -100
    assert rate(AffineTrajectory(poses)) == 0.5


def test_objects_must_leave_half_of_the_frame():
    contour = 4 * SQUARE
    path = still(112, 64)
    assert rate_visibility([contour], [path], [True], (128, 224)) == 0
