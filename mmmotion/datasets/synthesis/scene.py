"""Description of a scene: a background and sprites in front of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .footage import Footage, FootageMotion
from .looks import Look, draw_backdrop, draw_looks, draw_occluders
from .paths import (
    anchored_sprite,
    still_camera,
    tilting_camera,
    walking_sprite,
)
from .shapes import Contour
from .trajectories import (
    AffineTrajectory,
    Trajectory,
    anchored_trajectory,
    camera_trajectory,
    sprite_trajectory,
)
from .visibility import count_overlaps, rate_visibility
from .warped_trajectory import WarpedTrajectory
from .world import WorldSettings

_SPLITS = dict(train=0, val=1, test=2)
_MAX_DRAWS = 8
_MAX_OVERLAP_DRAWS = 20
_MIN_OVERLAP = 3  # frames


@dataclass(frozen=True)
class SceneKey:
    """Name of a scene within a world.

    Attributes:
        seed: Seed of the world, 32 bits.
        split: ``'train'``, ``'val'`` or ``'test'``; they share no scene.
        index: Number of the scene.
    """

    seed: int
    split: str
    index: int

    def __post_init__(self) -> None:
        """Check every part.

        Raises:
            TypeError: If the seed or the index is not an integer.
            ValueError: If a part is out of its range.
        """
        for name in ('seed', 'index'):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(
                    f'expected {name} to be an integer, got {value!r}'
                )
            if not 0 <= value < 2**32:
                raise ValueError(
                    f'expected {name} to be within 32 bits, got {value}'
                )
        if self.split not in _SPLITS:
            raise ValueError(
                f'expected split to be one of {tuple(_SPLITS)}, '
                f'got {self.split!r}'
            )

    def seeds(self) -> np.random.SeedSequence:
        """Return the root of all random numbers of the scene."""
        return np.random.SeedSequence(
            (self.seed, _SPLITS[self.split], self.index)
        )

    def frame_rng(self, frame: int) -> np.random.Generator:
        """Return the generator of one frame's sensor noise."""
        # +1, because a SeedSequence ignores zeros at the end of its entropy.
        return np.random.default_rng(
            (self.seed, _SPLITS[self.split], self.index, frame + 1)
        )


@dataclass(frozen=True)
class Layer:
    """One textured layer with a motion of its own.

    Attributes:
        texture: (h, w, 3) RGB tile that repeats over the layer's plane;
            its pixel (0, 0) lies at the origin of the layer's coordinates.
            Or a real video of the size of the frames.
        trajectory: From the layer's coordinates to the image.
        contour: (P, 2) outline in the layer's coordinates, None for a layer
            without end.
        is_object: Whether the layer moves on its own.
        is_mirrored: Whether every second repetition of the tile is mirrored.
    """

    texture: NDArray[np.uint8] | Footage
    trajectory: Trajectory
    contour: Contour | None = None
    is_object: bool = False
    is_mirrored: bool = False


@dataclass(frozen=True)
class Scene:
    """A background and the sprites in front of it.

    Attributes:
        key: Name of the scene.
        world: Settings of the world.
        background: The endless layer behind everything.
        sprites: Layers with an outline, from back to front.
        gains: (T,) brightness of each frame in 256ths.
    """

    key: SceneKey
    world: WorldSettings
    background: Layer
    sprites: tuple[Layer, ...]
    gains: NDArray[np.int64]


def build_scene(key: SceneKey, world: WorldSettings) -> Scene:
    """Draw the scene with a given name.

    Motions are drawn up to eight times, or twenty where objects are to
    overlap, until every object is sensibly visible in most frames; the best
    draw is taken.

    Args:
        key: Name of the scene.
        world: Settings of the world.

    Returns:
        The same scene for the same arguments, on any machine.
    """
    (
        camera_seed, sprite_seed, motion_seed, light_seed, bar_seed,
        overlap_seed, still_seed
    ) = key.seeds().spawn(7)  # yapf: disable
    rng = np.random.default_rng(camera_seed)
    camera = _draw_camera(rng, world)
    if np.random.default_rng(still_seed).random() < world.still_camera:
        camera = _hold_still(camera)
    backdrop = draw_backdrop(rng, world)
    looks = draw_looks(sprite_seed, key.index, world)
    if isinstance(backdrop, Footage):
        background = Layer(backdrop, FootageMotion(backdrop))
        # How the camera of a real video moves is not known, so nothing can
        # move with its background.
        camera = _hold_still(camera)
        looks = [look for look in looks if look.is_object]
    else:
        is_mirrored = world.textures is not None
        background = Layer(backdrop, camera, is_mirrored=is_mirrored)
        looks += draw_occluders(bar_seed, world, backdrop)
    wants_overlap = (
        np.random.default_rng(overlap_seed).random() < world.overlap
        and world.count_objects(key.index) > 1
    )
    paths = _draw_paths(motion_seed, camera, looks, world, wants_overlap)
    return Scene(
        key=key,
        world=world,
        background=background,
        sprites=tuple(
            Layer(look.texture, path, look.contour, look.is_object)
            for look, path in zip(looks, paths)
        ),
        gains=_draw_gains(light_seed, world),
    )


def _draw_camera(
    rng: np.random.Generator, world: WorldSettings
) -> AffineTrajectory | WarpedTrajectory:
    settings = (
        world.num_frames,
        world.size,
        world.camera_speed,
        world.camera_sway,
        world.camera_zoom,
    )
    if world.motion == 'affine':
        return camera_trajectory(rng, *settings)
    return tilting_camera(rng, *settings, world.perspective)


def _hold_still(
    camera: AffineTrajectory | WarpedTrajectory
) -> AffineTrajectory | WarpedTrajectory:
    num_frames = len(camera.poses)
    if isinstance(camera, WarpedTrajectory):
        return still_camera(num_frames)
    return AffineTrajectory(np.tile(np.eye(2, 3), (num_frames, 1, 1)))


def _draw_paths(
    seed: np.random.SeedSequence,
    camera: AffineTrajectory | WarpedTrajectory,
    looks: list[Look],
    world: WorldSettings,
    wants_overlap: bool,
) -> list[AffineTrajectory | WarpedTrajectory]:
    """Draw the motions of all sprites until everything can be seen."""
    best: list[AffineTrajectory | WarpedTrajectory] = []
    best_score = -2.0
    contours = [look.contour for look in looks]
    moves = [look.is_object for look in looks]
    for draw in seed.spawn(_MAX_OVERLAP_DRAWS if wants_overlap else _MAX_DRAWS
                           ):
        rng = np.random.default_rng(draw)
        paths = [_draw_path(rng, camera, look, world) for look in looks]
        score = rate_visibility(contours, paths, moves, world.size)
        if wants_overlap:
            num = count_overlaps(contours, paths, moves, world.size)
            score -= num < _MIN_OVERLAP
        if score > best_score:
            best, best_score = paths, score
        if score >= 0.9:
            break
    return best


def _draw_path(
    rng: np.random.Generator,
    camera: AffineTrajectory | WarpedTrajectory,
    look: Look,
    world: WorldSettings,
) -> AffineTrajectory | WarpedTrajectory:
    if isinstance(camera, WarpedTrajectory):
        if not look.is_object:
            return anchored_sprite(rng, camera, world)
        return walking_sprite(rng, camera, world, look)
    if not look.is_object:
        return anchored_trajectory(rng, camera, world.size)
    return sprite_trajectory(
        rng,
        camera,
        world.size,
        world.relative_speed,
        world.spin,
        world.growth,
    )


def _draw_gains(seed: np.random.SeedSequence,
                world: WorldSettings) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    period, start = rng.uniform(20, 60), rng.uniform(0, 2 * np.pi)
    wave = np.sin(2 * np.pi * np.arange(world.num_frames) / period + start)
    return np.rint(256 * (1 + world.brightness * wave)).astype(np.int64)
