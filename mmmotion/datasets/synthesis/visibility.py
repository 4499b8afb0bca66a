"""How well the objects of a scene can be seen."""

from collections.abc import Sequence

import numpy as np

from .polygon import fill_polygon
from .shapes import Contour
from .trajectories import AffineTrajectory
from .warped_trajectory import WarpedTrajectory

_REDUCTION = 4
_FRAME_STEP = 3

Path = AffineTrajectory | WarpedTrajectory
"""Motion of a sprite."""


def rate_visibility(
    contours: Sequence[Contour],
    paths: Sequence[Path],
    moves: Sequence[bool],
    size: tuple[int, int],
) -> float:
    """Measure the share of frames in which all objects are well visible.

    An object is well visible if at least 40 % of its area, and 0.6 % of the
    frame, is inside the frame and not hidden, and if the objects together
    leave half of the frame to the background. Every third frame is looked
    at, at a quarter of the resolution.

    Args:
        contours: Outline of each sprite, from back to front.
        paths: Motion of each sprite.
        moves: Whether each sprite is an object.
        size: (H, W) of the frames.

    Returns:
        Share of the frames, 1 if there are no objects.
    """
    height, width = (-(-side // _REDUCTION) for side in size)
    frames = range(0, len(paths[0].poses), _FRAME_STEP)
    areas = [_area(contour) for contour in contours]
    good = 0
    for frame in frames:
        owner = np.zeros((height, width), np.uint8)
        for i, (contour, path) in enumerate(zip(contours, paths)):
            points = path.project(contour, frame) / _REDUCTION
            owner[fill_polygon(points, (height, width)) > 0] = i + 1
        counts = np.bincount(owner.ravel(), minlength=len(areas) + 1)[1:]
        pixels = owner.size
        good += all(
            count >= max(0.4 * area, 0.006 * pixels)
            for count, area, moving in zip(counts, areas, moves) if moving
        ) and sum(counts[i] for i in np.flatnonzero(moves)) <= 0.5 * pixels
    return good / len(frames)


def count_overlaps(
    contours: Sequence[Contour],
    paths: Sequence[Path],
    moves: Sequence[bool],
    size: tuple[int, int],
) -> int:
    """Estimate in how many frames two objects hide parts of each other.

    Every third frame is looked at, at a quarter of the resolution, and
    counts for three.

    Args:
        contours: Outline of each sprite, from back to front.
        paths: Motion of each sprite.
        moves: Whether each sprite is an object.
        size: (H, W) of the frames.
    """
    height, width = (-(-side // _REDUCTION) for side in size)
    num = 0
    for frame in range(0, len(paths[0].poses), _FRAME_STEP):
        covered = np.zeros((height, width), np.uint8)
        for contour, path, moving in zip(contours, paths, moves):
            if moving:
                points = path.project(contour, frame) / _REDUCTION
                covered += fill_polygon(points, (height, width))
        num += _FRAME_STEP * bool((covered > 1).any())
    return num


def _area(contour: Contour) -> float:
    """Return the area of an outline in pixels of the reduced frame."""
    x, y = contour.T / _REDUCTION
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2
