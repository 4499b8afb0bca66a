"""From the description of a scene to pixels, masks and exact flow.

Colours are sampled and blended in integers and positions come from
elementwise float64 arithmetic, so that a scene has the same bytes everywhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .footage import Footage
from .polygon import fill_polygon
from .scene import Layer, Scene
from .trajectories import Window

_OVERSAMPLING = 4
_FULL = _OVERSAMPLING**2


@dataclass(frozen=True)
class Coverage:
    """How much of each pixel a sprite covers at one frame.

    Attributes:
        window: Top, left, bottom and right of the part of the frame that the
            sprite may touch; may be empty.
        counts: (h, w) uint8, covered sub-pixels of 16 in that window.
    """

    window: Window
    counts: NDArray[np.uint8]

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the window in an image."""
        top, left, bottom, right = self.window
        return slice(top, bottom), slice(left, right)

    def mask(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the (H, W) pixels that are covered by more than half."""
        out = np.zeros(size, bool)
        out[self.slices] = self.counts > _FULL // 2
        return out


def cover(layer: Layer, frame: int, size: tuple[int, int]) -> Coverage:
    """Rasterise the outline of a sprite.

    Args:
        layer: A layer with a contour.
        frame: Index of the frame.
        size: (H, W) of the frame.

    Raises:
        ValueError: If the layer has no contour.
    """
    if layer.contour is None:
        raise ValueError('a layer without a contour covers every pixel')
    points = layer.trajectory.project(layer.contour, frame)
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 1
    top, left = max(int(top), 0), max(int(left), 0)
    bottom, right = min(int(bottom), size[0]), min(int(right), size[1])
    if bottom <= top or right <= left:
        return Coverage((0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    fine = (points - (left, top) + 0.5) * _OVERSAMPLING - 0.5
    height, width = bottom - top, right - left
    canvas = fill_polygon(
        fine, (height * _OVERSAMPLING, width * _OVERSAMPLING)
    )
    blocks = canvas.reshape(height, _OVERSAMPLING, width, _OVERSAMPLING)
    counts = blocks.sum(axis=1, dtype=np.uint8).sum(axis=2, dtype=np.uint8)
    return Coverage((top, left, bottom, right), counts)


def cover_all(scene: Scene, frame: int) -> list[Coverage]:
    """Rasterise every sprite of a scene, from back to front."""
    return [cover(layer, frame, scene.world.size) for layer in scene.sprites]


def render_frame(scene: Scene, frame: int,
                 coverages: list[Coverage]) -> NDArray[np.uint8]:
    """Paint a frame, blending the borders of sprites.

    Args:
        scene: What to paint.
        frame: Index of the frame.
        coverages: Of every sprite at that frame.

    Returns:
        (H, W, 3) RGB.
    """
    image = _sample(scene.background, frame, (0, 0, *scene.world.size))
    for layer, coverage in zip(scene.sprites, coverages):
        if not coverage.counts.size:
            continue
        colours = _sample(layer, frame, coverage.window).astype(np.uint16)
        share = coverage.counts[..., None].astype(np.uint16)
        below = image[coverage.slices]
        mixed = colours * share + below * (_FULL - share) + _FULL // 2
        image[coverage.slices] = mixed // _FULL
    return _expose(scene, frame, image)


def _sample(layer: Layer, frame: int, window: Window) -> NDArray[np.uint8]:
    """Look up the texture at the pixels of a window, bilinearly."""
    if isinstance(layer.texture, Footage):
        top, left, bottom, right = window
        return layer.texture.read(frame)[top:bottom, left:right].copy()
    xs, ys = layer.trajectory.sources(frame, window)
    # Fixed-point maps make cv2.remap interpolate in integers.
    places, weights = cv2.convertMaps(
        xs.astype(np.float32), ys.astype(np.float32), cv2.CV_16SC2
    )
    border = cv2.BORDER_REFLECT if layer.is_mirrored else cv2.BORDER_WRAP
    colours = cv2.remap(
        layer.texture,
        places,
        weights,
        cv2.INTER_LINEAR,
        borderMode=border,
    )
    return colours.astype(np.uint8, copy=False)


def _expose(scene: Scene, frame: int,
            image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Apply the brightness of the frame and the sensor noise."""
    gain = int(scene.gains[frame])
    sigma = scene.world.noise
    if gain == 256 and sigma == 0:
        return image
    light = (image.astype(np.int32) * gain + 128) >> 8
    if sigma > 0:
        rng = scene.key.frame_rng(frame)
        light += np.rint(sigma * rng.standard_normal(image.shape)).astype('i4')
    return np.clip(light, 0, 255).astype(np.uint8)


def render_owner(scene: Scene, coverages: list[Coverage]) -> NDArray[np.uint8]:
    """Find the nearest layer at every pixel.

    Args:
        scene: What to look at.
        coverages: Of every sprite at one frame.

    Returns:
        (H, W), 0 for the background and i + 1 for sprite i.
    """
    owner = np.zeros(scene.world.size, np.uint8)
    for i, coverage in enumerate(coverages):
        owner[coverage.slices][coverage.counts > _FULL // 2] = i + 1
    return owner


def render_flow(
    scene: Scene,
    frame: int,
    target: int,
    coverages: list[Coverage],
    owner: NDArray[np.uint8],
) -> NDArray[np.float32]:
    """Compute how the layer that owns each pixel moves to another frame.

    Pixels that are hidden in the target frame have the motion of their
    layer as well.

    Args:
        scene: What to look at.
        frame: Frame in which the pixels are.
        target: Frame to which they move.
        coverages: Of every sprite at ``frame``.
        owner: (H, W) nearest layer at ``frame``.

    Returns:
        (H, W, 2) displacement in pixels, horizontal first.
    """
    flow = np.empty((*scene.world.size, 2), np.float32)
    whole = (0, 0, *scene.world.size)
    u, v = scene.background.trajectory.displacements(frame, target, whole)
    flow[..., 0], flow[..., 1] = u, v
    for i, (layer, coverage) in enumerate(zip(scene.sprites, coverages)):
        if not coverage.counts.size:
            continue
        u, v = layer.trajectory.displacements(frame, target, coverage.window)
        mine = owner[coverage.slices] == i + 1
        part = flow[coverage.slices]
        part[..., 0][mine] = u[mine]
        part[..., 1][mine] = v[mine]
    return flow


def render_visibility(
    flow: NDArray[np.float32],
    owner: NDArray[np.uint8],
    target_owner: NDArray[np.uint8],
) -> NDArray[np.bool_]:
    """Find the pixels that can also be seen where their flow leads.

    A pixel is visible if it lands inside the frame and its layer is the
    nearest one at one of the four pixels around that place.

    Args:
        flow: (H, W, 2) exact flow to the other frame.
        owner: (H, W) nearest layer at the frame.
        target_owner: (H, W) nearest layer at the other frame.

    Returns:
        (H, W) True where neither another layer nor the border hides it.
    """
    height, width = owner.shape
    cols = flow[..., 0] + np.arange(width, dtype=np.float32)
    rows = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    inside = (cols >= 0) & (rows >= 0)
    inside &= (cols <= width - 1) & (rows <= height - 1)
    left = np.clip(cols, 0, width - 1).astype(np.intp)
    top = np.clip(rows, 0, height - 1).astype(np.intp)
    right, bottom = np.minimum(left + 1,
                               width - 1), np.minimum(top + 1, height - 1)
    seen = np.zeros(owner.shape, bool)
    for row in (top, bottom):
        for col in (left, right):
            seen |= target_owner[row, col] == owner
    return seen & inside


def render_masks(
    scene: Scene, coverages: list[Coverage], owner: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Return the masks of the objects at one frame.

    Args:
        scene: What to look at.
        coverages: Of every sprite at the frame.
        owner: (H, W) nearest layer at the frame.

    Returns:
        The modal (visible) and the amodal (whole, inside the frame) masks,
        (O, H, W) each, and the (O,) order of depth, 0 for the nearest
        object. Objects come from back to front.
    """
    objects = [i for i, layer in enumerate(scene.sprites) if layer.is_object]
    size = scene.world.size
    modal = np.stack([owner == i + 1 for i in objects])
    amodal = np.stack([coverages[i].mask(size) for i in objects])
    return modal, amodal, np.arange(len(objects), dtype=np.int64)[::-1].copy()
