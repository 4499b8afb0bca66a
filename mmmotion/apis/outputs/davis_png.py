"""Labels as PNG files with the palette of DAVIS."""

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from mmmotion.flow.atomic import write_atomically


@cache
def davis_palette() -> bytes:
    """List the 256 colours of DAVIS, which are those of PASCAL VOC.

    The bits of the index, three by three from the lowest, are the bits of
    red, green and blue from the highest.

    Returns:
        768 bytes, RGB by index.
    """
    index = np.arange(256)
    colors = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            value = (index >> (3 * bit + channel)) & 1
            colors[:, channel] |= (value << (7 - bit)).astype(np.uint8)
    return colors.tobytes()


def encode_davis_png(labels: np.ndarray) -> bytes:
    """Make the content of an indexed PNG file.

    Args:
        labels: (H, W) uint8, 0 background.
    """
    image = Image.fromarray(labels, mode='P')
    image.putpalette(davis_palette())
    buffer = io.BytesIO()
    image.save(buffer, 'PNG')
    return buffer.getvalue()


def write_davis_png(path: str | Path, labels: np.ndarray) -> None:
    """Write an indexed PNG file, as DAVIS has its annotations.

    Args:
        path: File to write.
        labels: (H, W) uint8, 0 background.
    """
    write_atomically(path, encode_davis_png(labels))
