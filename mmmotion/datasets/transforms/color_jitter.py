"""Random change of colours."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def adjust_hue(frames: np.ndarray, shift: float) -> np.ndarray:
    """Turn the colour circle.

    Args:
        frames: (T, H, W, 3) float32 RGB in [0, 255].
        shift: Share of a full turn.

    Returns:
        The changed frames, of the same shape and range.
    """
    turned = []
    for frame in frames:
        hsv = cv2.cvtColor(frame / 255, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + 360 * shift) % 360
        turned.append(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255)
    return np.stack(turned)


@TRANSFORMS.register_module()
class ColorJitter(BaseTransform):
    """Change brightness, contrast, saturation and hue, in this order.

    All frames of a sample change in the same way. The factors are uniform
    in [1 - x, 1 + x].

    Required Keys:
        frames, draw, seed

    Changed Keys:
        frames: float32 in [0, 255].

    Args:
        brightness: Half width of the interval of the factor, in [0, 1].
        contrast: The same for the distance from the mean grey value.
        saturation: The same for the distance from the pixel's grey value.
        hue: Largest shift as a share of the colour circle, in [0, 0.5].
        prob: Probability that a sample is changed at all.

    Raises:
        ValueError: If an argument is outside its range.
    """

    def __init__(
        self,
        brightness: float = 0.2,
        contrast: float = 0.2,
        saturation: float = 0.2,
        hue: float = 0.0,
        prob: float = 1.0,
    ) -> None:
        limits = dict(
            brightness=(brightness, 1),
            contrast=(contrast, 1),
            saturation=(saturation, 1),
            hue=(hue, 0.5),
            prob=(prob, 1),
        )
        for name, (value, limit) in limits.items():
            if not 0 <= value <= limit:
                raise ValueError(
                    f'expected {name} in [0, {limit}], got {value}'
                )
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.prob = prob

    def transform(self, results: dict) -> dict:
        """Change the colours of all frames."""
        rng = sample_rng(results, type(self).__name__)
        applies, *signs = rng.random(5)
        if applies >= self.prob:
            return results
        widths = (self.brightness, self.contrast, self.saturation, self.hue)
        shifts = [
            np.float32(width * (2 * sign - 1))
            for width, sign in zip(widths, signs)
        ]
        frames = results['frames'].astype(np.float32)
        frames *= 1 + shifts[0]
        np.clip(frames, 0, 255, out=frames)
        middle = (frames @ _LUMA).mean()
        frames = middle + (1 + shifts[1]) * (frames - middle)
        np.clip(frames, 0, 255, out=frames)
        grey = (frames @ _LUMA)[..., None]
        frames = grey + (1 + shifts[2]) * (frames - grey)
        np.clip(frames, 0, 255, out=frames)
        if shifts[3]:
            frames = adjust_hue(frames, float(shifts[3]))
        results['frames'] = frames.astype(np.float32, copy=False)
        return results
