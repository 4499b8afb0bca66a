"""Settings of the synthetic world."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from .shapes import SHAPES


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
        num_static: Sprites that look like objects but move exactly with the
            background. They occlude, and they are not objects.
        object_size: Smallest and largest radius of a sprite as a share of
            the frame height.
        relative_speed: Smallest and largest speed of an object's centre
            relative to the background behind it, in pixels per frame. The
            smallest one holds between any two consecutive frames.
        camera_speed: Largest translation of the background in pixels per
            frame; below the largest relative speed, so that an object can
            keep up with the camera.
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
    camera_sway: float = 3.0
    camera_zoom: float = 0.06
    spin: float = 2.0
    growth: float = 0.15
    object_contrast: float = 0.75
    shapes: tuple[str, ...] = SHAPES
    noise: float = 0.0
    brightness: float = 0.0

    def __post_init__(self) -> None:
        """Bring lists of a config to tuples and check every value."""
        for name in ('size', 'num_objects'):
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
        self._check_ranges()

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # the class is frozen

    def _check_shapes(self) -> None:
        if isinstance(self.shapes, str):
            raise TypeError(
                f'expected shapes to be a list, got {self.shapes!r}'
            )
        self._set('shapes', tuple(self.shapes))
        if not self.shapes or set(self.shapes) - set(SHAPES):
            raise ValueError(
                f'expected shapes to be some of {SHAPES}, got {self.shapes}'
            )

    def _check_ranges(self) -> None:
        low, high = self.relative_speed
        rules = {
            'size': (min(self.size) >= 16, 'at least 16 pixels'),
            'num_frames': (self.num_frames >= 1, 'at least 1'),
            'num_objects': (
                1 <= self.num_objects[0] <= self.num_objects[1] <= 16,
                '1 <= smallest <= largest <= 16'
            ),
            'num_static': (0 <= self.num_static <= 16, '0 to 16'),
            'object_size': (
                0.02 <= self.object_size[0] <= self.object_size[1] <= 0.5,
                '0.02 <= smallest <= largest <= 0.5'
            ),
            'relative_speed': (0 < low <= high, '0 < smallest <= largest'),
            'camera_speed': (
                0 <= self.camera_speed < high,
                f'0 or more and below the largest relative speed {high}'
            ),
            'camera_sway': (0 <= self.camera_sway <= 45, '0 to 45 degrees'),
            'camera_zoom': (0 <= self.camera_zoom <= 0.3, '0 to 0.3'),
            'spin': (0 <= self.spin <= 45, '0 to 45 degrees'),
            'growth': (0 <= self.growth <= 0.7, '0 to 0.7'),
            'object_contrast': (0 <= self.object_contrast <= 1, '0 to 1'),
            'noise': (0 <= self.noise <= 64, '0 to 64 grey levels'),
            'brightness': (0 <= self.brightness <= 0.9, '0 to 0.9'),
        }
        for name, (holds, expected) in rules.items():
            if not holds:
                raise ValueError(
                    f'expected {name} to be {expected}, '
                    f'got {getattr(self, name)}'
                )
