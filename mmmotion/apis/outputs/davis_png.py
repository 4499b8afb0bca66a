"""Labels as PNG files with the palette of DAVIS."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from mmmotion.flow.atomic import write_atomically
from mmmotion.visualization import palette

_NUM_COLORS = 256


def encode_davis_png(labels: np.ndarray) -> bytes:
    """Make the content of an indexed PNG file.

    Args:
        labels: (H, W) uint8, 0 background.
    """
    image = Image.fromarray(labels, mode='P')
    image.putpalette(palette(_NUM_COLORS).tobytes())
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
