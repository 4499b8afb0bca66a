"""Random change of colours in steps of 8 bits."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng

_LEVELS = np.arange(256, dtype=np.float32)


def _scaled(factor: float = 1.0, offset: float = 0.0) -> np.ndarray:
    """(256,) uint8 table of ``factor * value + offset``, cut and floored."""
    return np.clip(_LEVELS * factor + offset, 0, 255).astype(np.uint8)


@TRANSFORMS.register_module()
class PhotometricDistortion(BaseTransform):
    """Change brightness, contrast, saturation and hue of 8-bit frames.

    Each step happens with probability 1/2 and its result is cut to [0, 255]
    and truncated to 8 bits; contrast comes before or after the steps of
    colour with equal chance. All frames of a sample change in the same way.
    :class:`ColorJitter` works without rounding, and with factors instead of
    offsets.

    Source: Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, as
    the training pipeline of RCF uses it.

    Required Keys:
        frames (uint8), draw, seed

    Changed Keys:
        frames: uint8.

    Args:
        brightness: Largest offset of all channels, in levels.
        contrast: Smallest and largest factor of all channels.
        saturation: Smallest and largest factor of the saturation.
        hue: Largest shift of the hue in units of 2 degrees, of which a full
            turn has 180.

    Raises:
        ValueError: If an argument is outside its range.
    """

    def __init__(
        self,
        brightness: float = 32,
        contrast: tuple[float, float] = (0.5, 1.5),
        saturation: tuple[float, float] = (0.5, 1.5),
        hue: int = 18,
    ) -> None:
        for name, (low, high) in dict(contrast=contrast,
                                      saturation=saturation).items():
            if not 0 <= low <= high:
                raise ValueError(
                    f'expected 0 <= low <= high for {name}, got {(low, high)}'
                )
        if not 0 <= brightness <= 255 or not 0 <= hue <= 90:
            raise ValueError(
                'expected brightness in [0, 255] and hue in [0, 90], got '
                f'brightness={brightness} and hue={hue}'
            )
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue

    def transform(self, results: dict) -> dict:
        """Change the colours of all frames.

        Raises:
            TypeError: If the frames do not have 8 bits.
        """
        frames = results['frames']
        if frames.dtype != np.uint8:
            raise TypeError(
                'PhotometricDistortion needs frames of 8 bits, got '
                f'{frames.dtype}; put it before transforms that make floats'
            )
        rng = sample_rng(results, type(self).__name__)
        # Every number is drawn always, so that one setting does not change
        # what another step does.
        brightens, contrasts, saturates, turns, is_early = rng.random(5) < 0.5
        offset = rng.uniform(-self.brightness, self.brightness)
        contrast = _scaled(rng.uniform(*self.contrast))
        saturation = _scaled(rng.uniform(*self.saturation))
        shift = int(rng.integers(-self.hue, self.hue, endpoint=True))
        if brightens:
            frames = cv2.LUT(frames, _scaled(offset=offset))
        if contrasts and is_early:
            frames = cv2.LUT(frames, contrast)
        if saturates or turns:
            frames = _change_colour(
                frames,
                saturation if saturates else None,
                shift if turns else 0,
            )
        if contrasts and not is_early:
            frames = cv2.LUT(frames, contrast)
        results['frames'] = frames
        return results


def _change_colour(
    frames: np.ndarray, saturation: np.ndarray | None, shift: int
) -> np.ndarray:
    """Map the saturation and turn the hue, one after the other."""
    changed = []
    hue = ((np.arange(256) + shift) % 180).astype(np.uint8)
    for frame in frames:
        # Back and forth for each of both, since either rounds to 8 bits.
        if saturation is not None:
            hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
            hsv[..., 1] = cv2.LUT(hsv[..., 1], saturation)
            frame = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
        if shift:
            hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
            hsv[..., 0] = cv2.LUT(hsv[..., 0], hue)
            frame = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
        changed.append(frame)
    return np.stack(changed)
