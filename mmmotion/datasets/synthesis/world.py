"""Settings of the synthetic world."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from .shapes import SHAPES

MOTIONS = ('affine', 'homography')
SHARES = (
    'object_contrast',
    'rest',
    'deformation',
    'overlap',
    'occluders',
    'silhouette_share',
    'background_jitter',
    'still_camera',
    'video_share',
)


def _pair(name: str, value: Any, kind: type) -> tuple:
    # Any: what a config file holds under this name.
    if (not isinstance(value, Sequence) or isinstance(value, str)
            or len(value) != 2):
        raise TypeError(f'expected {name} to be a pair, got {value!r}')
    return tuple(_number(name, item, kind) for item in value)


def _number(name: str, value: Any, kind: type) -> Any:
    wanted = (int, ) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise TypeError(
            f'expected {name} to be of type {kind.__name__}, got {value!r}'
        )
    if not math.isfinite(value):
        raise ValueError(f'expected {name} to be finite, got {value!r}')
    return kind(value)


@dataclass(frozen=True)
class WorldSettings:
    """What all scenes of a synthetic world have in common.

    Lengths and speeds in pixels are those of the rendered frames.

    Attributes:
        size: (H, W) of the frames, at least 16 pixels each.
        num_frames: Frames per scene, at least 1.
        num_objects: Smallest and largest number of moving sprites; scene
            ``i`` has ``low + i % (high - low + 1)``, so the numbers come in
            equal shares.
        num_static: Sprites that look like objects but move with the
            background. They occlude, and they are not objects. Scenes with a
            real background have none.
        object_size: Smallest and largest radius of a sprite as a share of
            the frame height.
        relative_speed: Smallest and largest speed of an object's centre
            relative to the background behind it, in pixels per frame. The
            smallest one holds between any two consecutive frames.
        camera_speed: Largest translation of the background in pixels per
            frame; below the largest relative speed, so that an object can
            keep up with the camera.
        still_camera: Share of the scenes whose camera stands still; a real
            video as background moves as it does.
        camera_sway: Amplitude of the background's rotation in degrees.
        camera_zoom: Amplitude of the background's zoom, as the natural
            logarithm of the scale.
        spin: Largest rotation of a sprite in degrees per frame.
        growth: Amplitude of a sprite's change of size, as the natural
            logarithm of the scale.
        object_contrast: In [0, 1]: how much the textures of sprites differ
            in statistics from those of backgrounds. At 0 both come from the
            same family, at 1 sprites are patterned, saturated and fine.
        shapes: Kinds of outlines, drawn with equal chance: ``'convex'``
            polygons, ``'star'`` (non-convex) polygons, smooth ``'blob'``.
        num_corners: Smallest and largest number of corners of a convex
            polygon; stars have 7 to 12.
        motion: ``'affine'``, or ``'homography'``, with which layers may tilt,
            bend and rest, and objects may be as slow as the background.
        perspective: Largest change of depth over the width of a frame, as a
            share; of the background and, relative to it, of each object.
            This and the next three need ``motion='homography'``.
        parallax: How much further static sprites and occluders may move than
            the background while the camera pans, as a share: each is nearer
            by a number drawn from 0 to this.
        rest: Share of the objects that stop, relative to the background, for
            5 to 15 frames, but at most two thirds of the scene.
        deformation: Share of the objects that bend, by thin-plate splines
            between key poses.
        overlap: Share of the scenes of several objects in which motions are
            drawn anew, up to twenty times, until two objects overlap.
        occluders: Share of the scenes with one or two bars that look like the
            background, stand on it and hide all objects. They are in no
            mask. Scenes with a real background have none.
        silhouettes: Folder of mask images or COCO-style ``.json`` file, whose
            objects serve as outlines.
        silhouette_share: Share of the sprites that have one of these.
        textures: Folder of images, in it or below, that background and
            sprites are cut from; None makes textures.
        background_jitter: Largest change of brightness, contrast and
            saturation of a background, as a share; that of the hue is a
            quarter of it, in turns.
        background_videos: Folder of folders of frames that serve as
            backgrounds. Nobody knows their exact flow: it is estimated by
            dense inverse search on the bare background, and objects move
            relative to the frame.
        video_share: Share of the scenes that have one of these.
        noise: Standard deviation of the sensor noise in grey levels.
        brightness: Amplitude of the slow change of brightness, as a share.

    Raises:
        TypeError: If a value is of the wrong kind.
        ValueError: If a value is out of its range.
    """

    size: tuple[int, int] = (128, 224)
    num_frames: int = 30
    num_objects: tuple[int, int] = (1, 3)
    num_static: int = 0
    object_size: tuple[float, float] = (0.16, 0.3)
    relative_speed: tuple[float, float] = (1.5, 5.0)
    camera_speed: float = 2.0
    still_camera: float = 0.0
    camera_sway: float = 3.0
    camera_zoom: float = 0.06
    spin: float = 2.0
    growth: float = 0.15
    object_contrast: float = 0.75
    shapes: tuple[str, ...] = SHAPES
    num_corners: tuple[int, int] = (3, 9)
    motion: str = 'affine'
    perspective: float = 0.0
    parallax: float = 0.0
    rest: float = 0.0
    deformation: float = 0.0
    overlap: float = 0.0
    occluders: float = 0.0
    silhouettes: str | None = None
    silhouette_share: float = 0.5
    textures: str | None = None
    background_jitter: float = 0.0
    background_videos: str | None = None
    video_share: float = 0.2
    noise: float = 0.0
    brightness: float = 0.0

    def __post_init__(self) -> None:
        """Bring lists of a config to tuples and check every value."""
        for name in ('size', 'num_objects', 'num_corners'):
            self._set(name, _pair(name, getattr(self, name), int))
        for name in ('object_size', 'relative_speed'):
            self._set(name, _pair(name, getattr(self, name), float))
        for field in fields(self):
            if field.type in (int, float):
                value = _number(
                    field.name, getattr(self, field.name), field.type
                )
                self._set(field.name, value)
        self._check_shapes()
        self._check_motion()
        self._check_paths()
        self._check_ranges()

    def count_objects(self, index: int) -> int:
        """Return the number of objects of a scene by its number."""
        low, high = self.num_objects
        return low + index % (high - low + 1)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # the class is frozen

    def _check_shapes(self) -> None:
        if (not isinstance(self.shapes, Sequence)
                or isinstance(self.shapes, str)
                or not all(isinstance(shape, str) for shape in self.shapes)):
            raise TypeError(
                f'expected shapes to be a list of names, got {self.shapes!r}'
            )
        self._set('shapes', tuple(self.shapes))
        if not self.shapes or set(self.shapes) - set(SHAPES):
            raise ValueError(
                f'expected shapes to be some of {SHAPES}, got {self.shapes}'
            )

    def _check_motion(self) -> None:
        if self.motion not in MOTIONS:
            raise ValueError(
                f'expected motion to be one of {MOTIONS}, got {self.motion!r}'
            )
        if self.motion == 'homography':
            return
        for name in ('perspective', 'parallax', 'rest', 'deformation'):
            if getattr(self, name):
                raise ValueError(
                    f'expected {name} to be 0 unless motion is '
                    f"'homography', got {getattr(self, name)}"
                )

    def _check_paths(self) -> None:
        for name in ('silhouettes', 'textures', 'background_videos'):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value):
                raise TypeError(
                    f'expected {name} to be a path or None, got {value!r}'
                )

    def _check_ranges(self) -> None:
        low, high = self.relative_speed
        is_slow = low == 0 and self.motion == 'homography'
        rules = {
            'size': (min(self.size) >= 16, 'at least 16 pixels'),
            'num_frames': (self.num_frames >= 1, 'at least 1'),
            'num_objects': (
                1 <= self.num_objects[0] <= self.num_objects[1] <= 16,
                '1 <= smallest <= largest <= 16'
            ),
            'num_corners': (
                3 <= self.num_corners[0] <= self.num_corners[1] <= 24,
                '3 <= smallest <= largest <= 24'
            ),
            'num_static': (0 <= self.num_static <= 16, '0 to 16'),
            'object_size': (
                0.02 <= self.object_size[0] <= self.object_size[1] <= 0.5,
                '0.02 <= smallest <= largest <= 0.5'
            ),
            'relative_speed': (
                (low > 0 or is_slow) and 0 < high >= low,
                "0 < smallest <= largest, or 0 with motion='homography'"
            ),
            'camera_speed': (
                0 <= self.camera_speed < high,
                f'0 or more and below the largest relative speed {high}'
            ),
            'camera_sway': (0 <= self.camera_sway <= 45, '0 to 45 degrees'),
            'camera_zoom': (0 <= self.camera_zoom <= 0.3, '0 to 0.3'),
            'spin': (0 <= self.spin <= 45, '0 to 45 degrees'),
            'growth': (0 <= self.growth <= 0.7, '0 to 0.7'),
            'perspective': (0 <= self.perspective <= 0.3, '0 to 0.3'),
            'parallax': (0 <= self.parallax <= 2, '0 to 2'),
            'noise': (0 <= self.noise <= 64, '0 to 64 grey levels'),
            'brightness': (0 <= self.brightness <= 0.9, '0 to 0.9'),
        }
        for name in SHARES:
            rules[name] = (0 <= getattr(self, name) <= 1, '0 to 1')
        for name, (holds, expected) in rules.items():
            if not holds:
                raise ValueError(
                    f'expected {name} to be {expected}, '
                    f'got {getattr(self, name)}'
                )
