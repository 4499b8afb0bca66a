"""Textures from photographs, from any folder of images."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mmmotion.flow.frames import IMAGE_SUFFIXES, read_frame

from ..errors import SampleError

# Share of the largest possible crop; smaller crops of small pictures blur.
_CROP = (0.5, 1.0)


@lru_cache(maxsize=16)
def list_pictures(folder: str, key: str) -> tuple[str, ...]:
    """List the images below a folder, in the same order on any machine.

    Args:
        folder: Its images lie in it or in folders below.
        key: What the config calls the folder.

    Returns:
        Paths sorted by their parts.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If there is no image in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f'folder not found: {root.absolute()} ({key})')
    found = [
        tuple(Path(parent, name).parts)
        for parent, _, names in os.walk(root, followlinks=True)
        for name in names
        if name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith('.')
    ]
    if not found:
        raise ValueError(
            f'expected images ({", ".join(IMAGE_SUFFIXES)}) in '
            f'{root.absolute()} or below, got none ({key})'
        )
    return tuple(str(Path(*parts)) for parts in sorted(found))


def draw_picture(rng: np.random.Generator, folder: str,
                 size: tuple[int, int]) -> NDArray[np.uint8]:
    """Cut a random part out of a random picture.

    Args:
        rng: Source of the random numbers.
        folder: Where the pictures are.
        size: (h, w) to which the part is resized.

    Returns:
        (h, w, 3) RGB.

    Raises:
        SampleError: If the picture cannot be read.
    """
    paths = list_pictures(folder, 'textures')
    path = paths[int(rng.integers(len(paths)))]
    picture = read_picture(path, 'textures')
    return resize_box(picture, draw_box(rng, picture.shape, size), size)


def read_picture(path: str, key: str) -> NDArray[np.uint8]:
    """Read an (H, W, 3) RGB image.

    Raises:
        SampleError: If it cannot be read; the message names ``key``.
    """
    try:
        return read_frame(path)
    except (OSError, ValueError) as error:
        raise SampleError(f'{error} ({key})', path) from error


def draw_box(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    size: tuple[int, int],
) -> tuple[int, int, int, int]:
    """Draw a part of a picture with a given aspect ratio.

    Args:
        rng: Source of the random numbers.
        shape: (H, W, ...) of the picture.
        size: (h, w) whose aspect ratio the part has.

    Returns:
        Left, top, right and bottom.
    """
    share = rng.uniform(*_CROP) * min(shape[0] / size[0], shape[1] / size[1])
    height, width = (max(1, int(share * side)) for side in size)
    top, left = rng.random(2) * (shape[0] - height, shape[1] - width)
    return int(left), int(top), int(left) + width, int(top) + height


def resize_box(
    picture: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Bring a part of a picture to (h, w), in integer arithmetic."""
    image = Image.fromarray(picture).resize(
        size[::-1], Image.Resampling.BILINEAR, box=box
    )
    return np.array(image)


def jitter_colours(
    rng: np.random.Generator, picture: NDArray[np.uint8], strength: float
) -> NDArray[np.uint8]:
    """Change brightness, contrast, saturation and hue of a picture.

    Args:
        rng: Source of the random numbers.
        picture: (h, w, 3) RGB.
        strength: Largest change of the first three as a share; that of the
            hue is a quarter of it, in turns.

    Returns:
        (h, w, 3) RGB.
    """
    light, contrast, saturation = 1 + strength * rng.uniform(-1, 1, 3)
    angle = 2 * np.pi * strength / 4 * rng.uniform(-1, 1)
    cos, sin = (np.rint(f(angle) * 2**20) / 2**20 for f in (np.cos, np.sin))
    # Luminance and two opponent colours, which the hue turns.
    red, green, blue = (picture[..., i] * light for i in range(3))
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    mean = int(picture.sum(dtype=np.int64)) / picture.size * light
    u = (blue - grey) * saturation * contrast
    v = (red - grey) * saturation * contrast
    u, v = u * cos - v * sin, u * sin + v * cos
    grey = mean + (grey - mean) * contrast
    red, blue = grey + v, grey + u
    green = (grey - 0.299 * red - 0.114 * blue) / 0.587
    out = np.stack([red, green, blue], axis=-1)
    return np.rint(np.clip(out, 0, 255)).astype(np.uint8)
