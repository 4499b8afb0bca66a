"""Random motions of layers that tilt, bend and rest."""

import numpy as np
from numpy.typing import NDArray

from . import homography
from .affine import similarity
from .homography import Homography
from .looks import Look
from .trajectories import camera_trajectory, steer, waves
from .warped_trajectory import WarpedTrajectory
from .world import WorldSettings

_REST = (5, 15)  # frames
_PERIODS = (20.0, 60.0)


def tilting_camera(
    rng: np.random.Generator,
    num_frames: int,
    size: tuple[int, int],
    speed: float,
    sway: float,
    zoom: float,
    perspective: float,
) -> WarpedTrajectory:
    """Draw the motion of a background that also tilts.

    Args:
        rng: Source of the random numbers.
        num_frames: T.
        size: (H, W) of the frames.
        speed: Largest translation in pixels per frame.
        sway: Amplitude of the rotation in degrees.
        zoom: Amplitude of the logarithm of the scale.
        perspective: Largest change of depth over the width of a frame, as a
            share.

    Returns:
        The path from background to image coordinates.
    """
    pan = camera_trajectory(rng, num_frames, size, speed, sway, zoom)
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    there, back = (
        homography.from_affine(
            similarity(np.zeros(1), np.ones(1), sign * middle[None])
        ) for sign in (1, -1)
    )
    tilts = _tilts(rng, num_frames, width, perspective)
    about = homography.compose(there, homography.compose(tilts, back))
    poses = homography.compose(about, homography.from_affine(pan.poses))
    return WarpedTrajectory(homography.quantise(poses))


def still_camera(num_frames: int) -> WarpedTrajectory:
    """Return the motion of a background that does not move."""
    return WarpedTrajectory(np.tile(np.eye(3), (num_frames, 1, 1)))


def walking_sprite(
    rng: np.random.Generator,
    camera: WarpedTrajectory,
    world: WorldSettings,
    look: Look,
) -> WarpedTrajectory:
    """Draw the motion of an object over the background.

    All of it, turning, growing, tilting and bending included, is relative to
    the background, and all of it stops while the object rests.

    Args:
        rng: Source of the random numbers.
        camera: Motion of the background.
        world: Settings of the world.
        look: The sprite; with a top and a bottom it begins within 20 degrees
            of how it was drawn.

    Returns:
        The path from sprite to image coordinates; the origin of the sprite
        is its centre.
    """
    num_frames = len(camera.poses)
    inverse = homography.invert(camera.poses)
    steps = homography.compose(camera.poses[1:], inverse[:-1])
    resting = _draw_rest(rng, num_frames, world.rest)
    centres = steer(
        rng,
        lambda frame, point: homography.apply(steps[frame], point),
        num_frames,
        world.size,
        world.relative_speed,
        resting,
    )
    clock = np.zeros(num_frames, np.int64)
    clock[1:] = np.cumsum(~resting)
    first = np.deg2rad(20) * rng.uniform(-1, 1)
    if not look.is_upright:
        first = rng.uniform(0, 2 * np.pi)
    turns = np.deg2rad(world.spin) * waves(rng, num_frames, _PERIODS)
    angle = first + np.cumsum(turns)
    scale = np.exp(world.growth * waves(rng, num_frames, _PERIODS))
    tilts = _tilts(rng, num_frames, world.size[1], world.perspective)
    grounds = np.stack([
        homography.apply(pose, centre)
        for pose, centre in zip(inverse, centres)
    ])
    # Rounding errors of the walk would move an object that rests.
    for frame in np.flatnonzero(resting):
        grounds[frame + 1] = grounds[frame]
    places = homography.from_affine(
        similarity(angle[clock], scale[clock], grounds)
    )
    places = homography.compose(places, tilts[clock])
    poses = homography.compose(camera.poses, homography.quantise(places))
    return WarpedTrajectory(poses, look.bending, clock)


def anchored_sprite(
    rng: np.random.Generator,
    camera: WarpedTrajectory,
    world: WorldSettings,
) -> WarpedTrajectory:
    """Fix a sprite to the background, visible in the middle of the scene.

    Args:
        rng: Source of the random numbers.
        camera: Motion of the background.
        world: Settings of the world. With ``parallax`` the sprite stands
            before the background, and pans further than it.

    Returns:
        The camera's path, after the sprite's place on the background.
    """
    size = np.array(world.size[::-1])
    centre = rng.uniform(0.1, 0.9, 2) * size
    pose = homography.invert(camera.poses[len(camera.poses) // 2])
    ground = homography.apply(pose, centre)[None]
    angle = rng.uniform(0, 2 * np.pi, 1)
    place = homography.from_affine(similarity(angle, np.ones(1), ground))
    poses = homography.compose(camera.poses, homography.quantise(place))
    if world.parallax > 0:
        nearer = rng.uniform(0, world.parallax)
        poses = homography.compose(_pan(camera, size, nearer), poses)
    return WarpedTrajectory(poses)


def _pan(
    camera: WarpedTrajectory, size: NDArray[np.int64], share: float
) -> Homography:
    """Return shifts by a share of the pan since the middle of the scene."""
    middle = len(camera.poses) // 2
    back = homography.invert(camera.poses[middle])
    ground = homography.apply(back, (size - 1) / 2)
    pan = np.stack([homography.apply(pose, ground) for pose in camera.poses])
    shifts = np.tile(np.eye(3), (len(pan), 1, 1))
    shifts[:, :2, 2] = share * (pan - pan[middle])
    return homography.quantise(shifts)


def _tilts(
    rng: np.random.Generator, num_frames: int, width: int, perspective: float
) -> Homography:
    slopes = [waves(rng, num_frames, _PERIODS) for _ in range(2)]
    return homography.tilt(perspective / width * np.stack(slopes, axis=-1))


def _draw_rest(rng: np.random.Generator, num_frames: int,
               chance: float) -> NDArray[np.bool_]:
    """Draw the (T - 1,) steps in which an object stays where it is."""
    resting = np.zeros(num_frames - 1, bool)
    # An object that never moved would be none.
    longest = 2 * (num_frames - 1) // 3
    length = min(int(rng.integers(_REST[0], _REST[1] + 1)), longest)
    start = int(rng.integers(num_frames - length))
    if rng.random() < chance:
        resting[start:start + length] = True
    return resting
