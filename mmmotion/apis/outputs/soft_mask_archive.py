"""Soft masks of a video in one archive."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from mmmotion.flow.atomic import replace_atomically
from mmmotion.structures import VideoResult


def write_soft_masks(
    path: str | Path,
    result: VideoResult,
    on_frame: Callable[[], None] = lambda: None,
) -> None:
    """Write an archive that ``numpy.load`` opens, frame by frame.

    Each frame is an array (K, h, w) float16 in [0, 1] under its name.

    Args:
        path: File to write, ``.npz``.
        result: The video.
        on_frame: Called after each frame.
    """
    with replace_atomically(path) as temporary, ZipFile(
            temporary, 'w', ZIP_DEFLATED, compresslevel=1) as archive:
        for name, masks in zip(result.frame_names, result.soft_masks,
                               strict=True):
            with archive.open(f'{name}.npy', 'w', force_zip64=True) as file:
                np.lib.format.write_array(
                    file, masks.astype(np.float16), allow_pickle=False
                )
            on_frame()
