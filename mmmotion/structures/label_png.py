"""Labels as indexed PNG files."""

import io

import numpy as np
from PIL import Image

from .label_colors import label_colors

_PALETTE = np.array(label_colors(256), np.uint8).tobytes()


def encode_labels(labels: np.ndarray) -> bytes:
    """Make a PNG file with the palette of VOC, which is that of DAVIS.

    Args:
        labels: (H, W) uint8, 0 background.
    """
    image = Image.fromarray(labels)
    image.putpalette(_PALETTE)
    stream = io.BytesIO()
    image.save(stream, format='PNG')
    return stream.getvalue()
