"""Description of a scene: a background and sprites in front of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .shapes import Contour, draw_contour
from .textures import background_family, draw_texture, object_family
from .trajectories import (
    AffineTrajectory,
    anchored_trajectory,
    camera_trajectory,
    sprite_trajectory,
)
from .visibility import rate_visibility
from .world import WorldSettings

_SPLITS = dict(train=0, val=1, test=2)
_MAX_DRAWS = 8


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
        trajectory: From the layer's coordinates to the image.
        contour: (P, 2) outline in the layer's coordinates, None for a layer
            without end.
        is_object: Whether the layer moves on its own.
    """

    texture: NDArray[np.uint8]
    trajectory: AffineTrajectory
    contour: Contour | None = None
    is_object: bool = False


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

    Motions are drawn again, up to eight times, until every object is
    sensibly visible in most frames; the best draw is taken.

    Args:
        key: Name of the scene.
        world: Settings of the world.

    Returns:
        The same scene for the same arguments, on any machine.
    """
    camera_seed, sprite_seed, motion_seed, light_seed = key.seeds().spawn(4)
    rng = np.random.default_rng(camera_seed)
    camera = camera_trajectory(
        rng,
        world.num_frames,
        world.size,
        world.camera_speed,
        world.camera_sway,
        world.camera_zoom,
    )
    height, width = world.size
    tile = math.ceil(1.5 * height), math.ceil(1.5 * width)
    texture = draw_texture(rng, tile, background_family(height))
    stills = _draw_sprites(sprite_seed, key.index, world)
    contours = [contour for contour, _, _ in stills]
    moves = [moving for _, _, moving in stills]
    paths = _draw_paths(motion_seed, camera, contours, moves, world)
    return Scene(
        key=key,
        world=world,
        background=Layer(texture, camera),
        sprites=tuple(
            Layer(skin, path, contour, moving)
            for (contour, skin, moving), path in zip(stills, paths)
        ),
        gains=_draw_gains(light_seed, world),
    )


def _draw_sprites(
    seed: np.random.SeedSequence, index: int, world: WorldSettings
) -> list[tuple[Contour, NDArray[np.uint8], bool]]:
    """Draw the looks of all sprites, in random order of depth.

    Returns:
        Outline, texture and whether it moves, from back to front.
    """
    low, high = world.num_objects
    num_objects = low + index % (high - low + 1)
    family = object_family(world.size[0], world.object_contrast)
    sprites: list[tuple[Contour, NDArray[np.uint8], bool]] = []
    for child in seed.spawn(num_objects + world.num_static):
        rng = np.random.default_rng(child)
        radius = world.size[0] * rng.uniform(*world.object_size)
        shape = world.shapes[int(rng.integers(len(world.shapes)))]
        contour = draw_contour(rng, shape, radius)
        side = 2 * math.ceil(radius)
        texture = draw_texture(rng, (side, side), family)
        sprites.append((contour, texture, len(sprites) < num_objects))
    order = np.random.default_rng(seed).permutation(len(sprites))
    return [sprites[i] for i in order]


def _draw_paths(
    seed: np.random.SeedSequence,
    camera: AffineTrajectory,
    contours: list[Contour],
    moves: list[bool],
    world: WorldSettings,
) -> list[AffineTrajectory]:
    """Draw the motions of all sprites until everything can be seen."""
    best: list[AffineTrajectory] = []
    best_score = -1.0
    for draw in seed.spawn(_MAX_DRAWS):
        rng = np.random.default_rng(draw)
        paths = [
            sprite_trajectory(
                rng,
                camera,
                world.size,
                world.relative_speed,
                world.spin,
                world.growth,
            ) if moving else anchored_trajectory(rng, camera, world.size)
            for moving in moves
        ]
        score = rate_visibility(contours, paths, moves, world.size)
        if score > best_score:
            best, best_score = paths, score
        if score >= 0.9:
            break
    return best


def _draw_gains(seed: np.random.SeedSequence,
                world: WorldSettings) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    period, start = rng.uniform(20, 60), rng.uniform(0, 2 * np.pi)
    wave = np.sin(2 * np.pi * np.arange(world.num_frames) / period + start)
    return np.rint(256 * (1 + world.brightness * wave)).astype(np.int64)
