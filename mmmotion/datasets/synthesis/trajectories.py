"""How layers move: smooth affine paths of the camera and of sprites."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .affine import (
    Affine,
    apply,
    apply_to_grid,
    compose,
    invert,
    quantise,
    similarity,
)

Window = tuple[int, int, int, int]


class Trajectory(Protocol):
    """All that the renderer asks of the motion of a layer."""

    def project(self, points: NDArray[np.float64],
                frame: int) -> NDArray[np.float64]:
        """Take (P, 2) points of the layer to the image at a frame."""

    def sources(
        self, frame: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the pixels of a window come from in the layer."""

    def displacements(
        self, start: int, end: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far the pixels of a window move between two frames."""


@dataclass(frozen=True)
class AffineTrajectory:
    """Affine map from a layer's own coordinates to each of its frames.

    Attributes:
        poses: (T, 2, 3) map of each frame, from layer to image pixels.
    """

    poses: Affine

    def project(self, points: NDArray[np.float64],
                frame: int) -> NDArray[np.float64]:
        """Take (P, 2) points of the layer to the image at a frame."""
        return apply(self.poses[frame], points)

    def sources(
        self, frame: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the pixels of a window come from in the layer.

        Args:
            frame: Index of the frame.
            window: Top, left, bottom and right in the image.

        Returns:
            The (h, w) x and y coordinates in the layer.
        """
        return apply_to_grid(invert(self.poses[frame]), window)

    def displacements(
        self, start: int, end: int, window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far the pixels of a window move between two frames.

        Args:
            start: Frame in which the pixels are.
            end: Frame to which they move, before or after ``start``.
            window: Top, left, bottom and right in the image.

        Returns:
            The (h, w) horizontal and vertical displacements in pixels,
            exactly 0 if the layer has the same pose in both frames.
        """
        difference = self.poses[end] - self.poses[start]
        motion = compose(difference, invert(self.poses[start]))
        # compose() treats the third column of ``difference`` as a shift,
        # which is what (A_end - A_start) A_start^-1 needs.
        return apply_to_grid(motion, window)


def waves(
    rng: np.random.Generator, num_frames: int, periods: tuple[float, float]
) -> NDArray[np.float64]:
    """Return a smooth (T,) curve in [-1, 1], a sum of two sines."""
    time = np.arange(num_frames)
    first, second = rng.uniform(*periods, 2)
    start = rng.uniform(0, 2 * np.pi, 2)
    return (
        0.65 * np.sin(2 * np.pi * time / first + start[0]) +
        0.35 * np.sin(2 * np.pi * time / second + start[1])
    )


def camera_trajectory(
    rng: np.random.Generator,
    num_frames: int,
    size: tuple[int, int],
    speed: float,
    sway: float,
    zoom: float,
) -> AffineTrajectory:
    """Draw the motion of the background.

    The camera pans along a slowly bending path and sways and zooms about
    the middle of the frame.

    Args:
        rng: Source of the random numbers.
        num_frames: T.
        size: (H, W) of the frames.
        speed: Largest translation in pixels per frame.
        sway: Amplitude of the rotation in degrees.
        zoom: Amplitude of the logarithm of the scale.

    Returns:
        The path from background to image coordinates.
    """
    periods = (30.0, 70.0)
    heading = rng.uniform(0, 2 * np.pi) + waves(rng, num_frames, periods)
    pace = speed * (0.6 + 0.4 * waves(rng, num_frames, periods))
    steps = np.stack([np.cos(heading), np.sin(heading)], -1) * pace[:, None]
    offset = np.zeros((num_frames, 2))
    offset[1:] = np.cumsum(steps[:-1], axis=0)
    angle = np.deg2rad(sway) * waves(rng, num_frames, periods)
    scale = np.exp(zoom * waves(rng, num_frames, periods))
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    maps = similarity(angle, scale, np.zeros((num_frames, 2)))
    centre = maps[:, :, 0] * middle[0] + maps[:, :, 1] * middle[1]
    maps[:, :, 2] = middle - centre + offset
    return AffineTrajectory(quantise(maps))


def sprite_trajectory(
    rng: np.random.Generator,
    camera: AffineTrajectory,
    size: tuple[int, int],
    relative_speed: tuple[float, float],
    spin: float,
    growth: float,
) -> AffineTrajectory:
    """Draw the motion of an object that never rests on the background.

    Args:
        rng: Source of the random numbers.
        camera: Motion of the background.
        size: (H, W) of the frames.
        relative_speed: Smallest and largest speed of the sprite's centre
            relative to the background, in pixels per frame.
        spin: Largest rotation in degrees per frame.
        growth: Amplitude of the logarithm of the scale.

    Returns:
        The path from sprite to image coordinates; the origin of the sprite
        is its centre.
    """
    num_frames = len(camera.poses)
    steps = compose(camera.poses[1:], invert(camera.poses[:-1]))
    centres = steer(
        rng,
        lambda frame, point: apply(steps[frame], point),
        num_frames,
        size,
        relative_speed,
    )
    turns = np.deg2rad(spin) * waves(rng, num_frames, (20.0, 60.0))
    angle = rng.uniform(0, 2 * np.pi) + np.cumsum(turns)
    scale = np.exp(growth * waves(rng, num_frames, (20.0, 60.0)))
    return AffineTrajectory(quantise(similarity(angle, scale, centres)))


def steer(
    rng: np.random.Generator,
    carry: Callable[[int, NDArray[np.float64]], NDArray[np.float64]],
    num_frames: int,
    size: tuple[int, int],
    relative_speed: tuple[float, float],
    resting: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Walk over the moving background and turn back before the border.

    The step relative to the background has a heading and a pace within the
    bounds. The heading wanders, except that it turns to the middle of the
    frame, at the highest pace, while the next frames would lead outside.

    Args:
        rng: Source of the random numbers.
        carry: Takes a frame and a (2,) point on the background in it to the
            point in the next frame.
        num_frames: T.
        size: (H, W) of the frames.
        relative_speed: Smallest and largest pace in pixels per frame.
        resting: (T - 1,) steps in which the walker rests on the background.

    Returns:
        (T, 2) centres in the image, x first.
    """
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    reach = 0.36 * np.array([width, height])
    low, high = relative_speed
    paces = (low + high) / 2 + (high - low
                                ) / 2 * waves(rng, num_frames, (20.0, 60.0))
    wander = 0.15 * waves(rng, num_frames, (15.0, 40.0))
    centres = np.empty((num_frames, 2))
    centres[0] = middle + rng.uniform(-0.9, 0.9, 2) * reach
    heading = rng.uniform(0, 2 * np.pi)
    pace = paces[0]
    for frame in range(num_frames - 1):
        here = centres[frame]
        carried = carry(frame, here)
        if resting is not None and resting[frame]:
            centres[frame + 1] = carried
            continue
        drift = carried - here
        step = pace * np.array([np.cos(heading), np.sin(heading)])
        ahead = here + 5 * (drift + step)
        if np.any(np.abs(ahead - middle) > reach):
            wish = middle - here - 8 * drift
            turn = np.arctan2(wish[1], wish[0]) - heading
            turn = (turn + np.pi) % (2 * np.pi) - np.pi
            heading += np.clip(turn, -0.35, 0.35)
            pace += 0.35 * (high - pace)
        else:
            heading += wander[frame]
            pace += 0.35 * (paces[frame] - pace)
        step = pace * np.array([np.cos(heading), np.sin(heading)])
        centres[frame + 1] = carried + step
    return centres


def anchored_trajectory(
    rng: np.random.Generator,
    camera: AffineTrajectory,
    size: tuple[int, int],
) -> AffineTrajectory:
    """Fix a sprite to the background, visible in the middle of the scene.

    Args:
        rng: Source of the random numbers.
        camera: Motion of the background.
        size: (H, W) of the frames.

    Returns:
        The camera's path, after the sprite's place on the background.
    """
    height, width = size
    centre = rng.uniform(0.1, 0.9, 2) * np.array([width, height])
    pose = invert(camera.poses[len(camera.poses) // 2])
    place = similarity(
        rng.uniform(0, 2 * np.pi, 1), np.ones(1),
        apply(pose, centre)[None]
    )
    return AffineTrajectory(quantise(compose(camera.poses, place)))
