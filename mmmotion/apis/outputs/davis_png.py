"""Labels as files."""

from pathlib import Path

import numpy as np

from mmmotion.flow.atomic import write_atomically
from mmmotion.structures import encode_labels


def write_davis_png(path: str | Path, labels: np.ndarray) -> None:
    """Write an indexed PNG file, as DAVIS has its annotations.

    Args:
        path: File to write.
        labels: (H, W) uint8, 0 background.
    """
    write_atomically(path, encode_labels(labels))
