"""Colours of groups and objects."""

import numpy as np

from mmmotion.structures import label_colors

_COLORS = np.array(label_colors(256), dtype=np.uint8)


def palette(num_colors: int) -> np.ndarray:
    """List the colours of DAVIS, in pictures as in files of masks.

    Args:
        num_colors: Length of the list; from the 257th on all but the first,
            which is black, repeat.

    Returns:
        (num_colors, 3) uint8 RGB.
    """
    index = np.arange(num_colors)
    repeated = 1 + (index - 1) % (len(_COLORS) - 1)
    return _COLORS[np.where(index == 0, 0, repeated)]
