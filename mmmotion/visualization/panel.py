"""Pictures side by side under small titles."""

from collections.abc import Mapping

import cv2
import numpy as np

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_TITLE_HEIGHT = 18
_GAP = 4
_PAPER = 255
_INK = (40, 40, 40)


def compose_panel(
    tiles: Mapping[str, np.ndarray], tile_height: int = 240
) -> np.ndarray:
    """Place titled pictures in one row.

    Args:
        tiles: Title to (H, W, 3) uint8 RGB picture, from left to right. The
            pictures may differ in size; each keeps its aspect ratio.
        tile_height: Height of the pictures in the panel in pixels.

    Returns:
        (18 + tile_height, W, 3) uint8 RGB.

    Raises:
        ValueError: If there is no picture or the height is not positive.
    """
    if not tiles:
        raise ValueError('a panel needs at least one picture')
    if tile_height < 1:
        raise ValueError(f'tile_height must be positive, got {tile_height}')
    columns: list[np.ndarray] = []
    gap = np.full((_TITLE_HEIGHT + tile_height, _GAP, 3), _PAPER, np.uint8)
    for title, picture in tiles.items():
        if columns:
            columns.append(gap)
        columns.append(_titled(title, picture, tile_height))
    return np.concatenate(columns, axis=1)


def _titled(title: str, picture: np.ndarray, height: int) -> np.ndarray:
    old_height, old_width = picture.shape[:2]
    width = max(1, round(old_width * height / old_height))
    shrinks = height < old_height
    resized = cv2.resize(
        picture, (width, height),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    bar = np.full((_TITLE_HEIGHT, width, 3), _PAPER, np.uint8)
    cv2.putText(
        bar, title, (2, _TITLE_HEIGHT - 5), _FONT, 0.42, _INK, 1, cv2.LINE_AA
    )
    return np.concatenate([bar, resized])
