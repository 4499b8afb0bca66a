"""Where the pseudo masks of a data set lie."""

from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from mmmotion.flow.atomic import write_atomically
from mmmotion.flow.file_names import encode_name


def pseudo_mask_path(folder: str | Path, video_id: str, frame_id: str) -> Path:
    """Return the file of the pseudo mask of a frame.

    Args:
        folder: Folder of all pseudo masks.
        video_id: Name of the video.
        frame_id: Name of the frame.
    """
    return Path(
        folder, quote(encode_name(video_id), safe='@ '), f'{frame_id}.png'
    )


def write_pseudo_mask(path: str | Path, mask: np.ndarray) -> None:
    """Write a pseudo mask, so that it is there as a whole or not at all.

    Args:
        path: The file.
        mask: (H, W) uint8, 255 for what is certainly object.
    """
    _, data = cv2.imencode('.png', mask, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    write_atomically(path, data.tobytes())
