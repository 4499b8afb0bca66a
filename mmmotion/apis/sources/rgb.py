"""Pixels of any kind of picture as 8-bit RGB."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from .errors import InputError

_MAX_16_BIT = 65535


def to_rgb(image: np.ndarray, where: str = 'array') -> np.ndarray:
    """Turn a picture into 8-bit RGB.

    Grey becomes R = G = B, what is transparent becomes black, and of 16 bits
    the upper 8 stay.

    Args:
        image: (H, W), (H, W, 1), (H, W, 2) grey and alpha, (H, W, 3) RGB or
            (H, W, 4) RGBA; uint8 or uint16, or bool.
        where: Where it comes from, for messages.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InputError: If it has another shape or type, or no pixel.
    """
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or not 1 <= image.shape[-1] <= 4 or not image.size:
        raise InputError(
            f'expected a picture of shape (H, W), (H, W, 3) or (H, W, 4), '
            f'got {image.shape}: {where}'
        )
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    elif image.dtype == bool:
        image = image.astype(np.uint8) * 255
    elif image.dtype != np.uint8:
        raise InputError(
            f'expected pixels of type uint8 or uint16, got {image.dtype}: '
            f'{where}'
        )
    channels = image.shape[-1]
    if channels in (2, 4):
        alpha = image[..., -1:].astype(np.uint16)
        image = ((image[..., :-1] * alpha + 127) // 255).astype(np.uint8)
    if image.shape[-1] == 1:
        image = image.repeat(3, axis=-1)
    return np.ascontiguousarray(image)


def read_rgb(path: str | Path) -> np.ndarray:
    """Read an image file as 8-bit RGB, turned upright as its camera says.

    Args:
        path: The file.

    Returns:
        (H, W, 3) uint8, see :func:`to_rgb`.

    Raises:
        InputError: If it cannot be read, is no image, is damaged or larger
            than Pillow allows, or has pixels that are neither 8 nor 16 bits.
    """
    try:
        with Image.open(path) as opened:
            image: Image.Image = ImageOps.exif_transpose(opened)
            return to_rgb(_to_array(image), str(path))
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError,
            Image.DecompressionBombError) as error:
        raise InputError(f'cannot read frame {path}: {error}') from error


def _to_array(image: Image.Image) -> np.ndarray:
    if image.mode.startswith('I'):  # 16-bit grey opens as 32 bits at times
        array = np.array(image)
        if array.min() < 0 or array.max() > _MAX_16_BIT:
            raise ValueError(
                f'expected values of 16 bits, got {array.min()} to '
                f'{array.max()}'
            )
        return array.astype(np.uint16)
    if image.mode == 'F':
        raise ValueError('expected 8 or 16 bits a channel, got floats')
    if 'transparency' in image.info or image.mode in ('LA', 'PA', 'RGBA'):
        return np.array(image.convert('RGBA'))
    return np.array(image.convert('RGB'))
