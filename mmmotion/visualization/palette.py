"""Colours of groups and objects."""

import numpy as np

# Okabe and Ito's colour-blind safe set, ordered so that the first entries
# stand out on natural images. Entry 0 is the background.
_COLORS = (
    (0, 0, 0),
    (230, 90, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (204, 121, 167),
    (0, 114, 178),
    (230, 159, 0),
)


def palette(num_colors: int) -> np.ndarray:
    """List distinct colours, the first of which is black.

    Args:
        num_colors: Length of the list; colours after the first repeat.

    Returns:
        (num_colors, 3) uint8 RGB.
    """
    colors = np.array(_COLORS, dtype=np.uint8)
    index = np.arange(num_colors)
    repeated = 1 + (index - 1) % (len(colors) - 1)
    return colors[np.where(index == 0, 0, repeated)]
