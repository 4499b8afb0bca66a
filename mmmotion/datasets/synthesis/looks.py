"""What the layers of a scene look like."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bending import Bending, bend, control_grid
from .footage import Footage, draw_footage
from .outline import trace_silhouette
from .picture_folder import draw_picture, jitter_colours
from .shapes import Contour, draw_bar, draw_contour
from .silhouettes import draw_silhouette
from .textures import background_family, draw_texture, object_family
from .world import WorldSettings

_CORNERED = ('convex', 'star')
_OCCLUDED_SHARE = (0.05, 0.2)
_SPARE = 1.2


@dataclass(frozen=True, eq=False)
class Look:
    """A sprite before it moves.

    Attributes:
        contour: (P, 2) outline in the sprite's own coordinates.
        texture: (h, w, 3) RGB tile.
        is_object: Whether it moves on its own.
        is_upright: Whether it has a top and a bottom.
        bending: How it bends.
    """

    contour: Contour
    texture: NDArray[np.uint8]
    is_object: bool
    is_upright: bool = False
    bending: Bending | None = None


def draw_backdrop(rng: np.random.Generator,
                  world: WorldSettings) -> NDArray[np.uint8] | Footage:
    """Draw the look of the background.

    Args:
        rng: Source of the random numbers.
        world: Settings of the world.

    Returns:
        A texture that repeats, procedurally made or, mirrored at its borders,
        from a picture; or a piece of a real video.
    """
    height, width = world.size
    if world.background_videos is not None:
        if rng.random() < world.video_share:
            return draw_footage(
                rng, world.background_videos, world.num_frames, world.size
            )
    if world.textures is None:
        tile = math.ceil(1.5 * height), math.ceil(1.5 * width)
        texture = draw_texture(rng, tile, background_family(height))
    else:
        tile = math.ceil(_SPARE * height), math.ceil(_SPARE * width)
        texture = draw_picture(rng, world.textures, tile)
    if world.background_jitter > 0:
        texture = jitter_colours(rng, texture, world.background_jitter)
    return texture


def draw_looks(seed: np.random.SeedSequence, index: int,
               world: WorldSettings) -> list[Look]:
    """Draw the looks of all sprites, in random order of depth.

    Args:
        seed: Root of the random numbers.
        index: Number of the scene, which tells how many objects it has.
        world: Settings of the world.

    Returns:
        The sprites from back to front.
    """
    num_objects = world.count_objects(index)
    looks = [
        _draw_sprite(child, world, number < num_objects) for number, child in
        enumerate(seed.spawn(num_objects + world.num_static))
    ]
    order = np.random.default_rng(seed).permutation(len(looks))
    return [looks[i] for i in order]


def _draw_sprite(
    seed: np.random.SeedSequence, world: WorldSettings, is_object: bool
) -> Look:
    rng = np.random.default_rng(seed)
    radius = world.size[0] * rng.uniform(*world.object_size)
    shape = world.shapes[int(rng.integers(len(world.shapes)))]
    contour = draw_contour(rng, shape, radius, world.num_corners)
    is_silhouette = (
        world.silhouettes is not None and rng.random() < world.silhouette_share
    )
    if is_silhouette:
        mask = draw_silhouette(rng, world.silhouettes or '')
        contour = trace_silhouette(mask, radius)
    side = 2 * math.ceil(radius)
    if world.textures is None:
        family = object_family(world.size[0], world.object_contrast)
        texture = draw_texture(rng, (side, side), family)
    else:
        texture = draw_picture(rng, world.textures, (side + 4, side + 4))
        texture = _centre(texture)
    bending = None
    if is_object and rng.random() < world.deformation:
        controls = contour
        if is_silhouette or shape not in _CORNERED:
            controls = control_grid(contour, int(rng.integers(4, 7)))
        contour = subdivide(contour, radius / 12)
        bending = bend(rng, contour, controls, world.num_frames)
    return Look(contour, texture, is_object, is_silhouette, bending)


def _centre(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring the middle of a picture to the origin, and its seam outside."""
    height, width = picture.shape[:2]
    return np.roll(picture, (height // 2, width // 2), axis=(0, 1))


def draw_occluders(
    seed: np.random.SeedSequence,
    world: WorldSettings,
    texture: NDArray[np.uint8],
) -> list[Look]:
    """Draw one or two bars that stand in front of all objects, or none.

    Their areas add up to 5 to 20 % of a frame, in which they need not lie as
    a whole, and they look like another part of the background.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, Sec. 4.1.

    Args:
        seed: Root of the random numbers.
        world: Settings of the world.
        texture: (h, w, 3) of the background.
    """
    rng = np.random.default_rng(seed)
    num = int(rng.integers(1, 3))
    if rng.random() >= world.occluders:
        return []
    area = rng.uniform(*_OCCLUDED_SHARE) * world.size[0] * world.size[1]
    if world.textures is not None:
        texture = _centre(texture)
    looks = []
    for axis in range(num):
        part = np.ascontiguousarray(np.flip(texture, axis))
        looks.append(Look(draw_bar(rng, area / num), part, False))
    return looks


def subdivide(contour: Contour, length: float) -> Contour:
    """Put corners into the sides of an outline until none is too long."""
    following = np.roll(contour, -1, axis=0)
    pieces = []
    for start, end in zip(contour, following):
        side = float(np.sqrt(((end - start)**2).sum()))
        num = max(1, math.ceil(side / length))
        shares = np.arange(num)[:, None] / num
        pieces.append(start + shares * (end - start))
    return np.concatenate(pieces)
