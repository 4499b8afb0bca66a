"""A bounded number of small pictures of a video, ready for a page."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mmmotion.flow.color import flow_to_rgb
from mmmotion.structures import VideoResult

MAX_PICTURES = 200
MAX_BYTES = 12_000_000
_LONG_SIDE = 640
_FLOW_LONG_SIDE = 256
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 82)
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 9)
# Few wrong vectors would make all others pale.
_QUANTILE = 0.99


@dataclass(frozen=True)
class Picture:
    """What the page shows of one frame, each as base64 text.

    Attributes:
        index: Position of the frame in the video.
        frame: JPEG of the frame.
        labels: PNG of one channel whose values are the numbers of objects.
        flow: JPEG of the flow in colours; None where there is none.
    """

    index: int
    frame: str
    labels: str
    flow: str | None

    @property
    def num_bytes(self) -> int:
        """Length of the texts."""
        return len(self.frame) + len(self.labels) + len(self.flow or '')


def take_pictures(
    result: VideoResult,
    frames: Callable[[int], np.ndarray],
    max_pictures: int = MAX_PICTURES,
    max_bytes: int = MAX_BYTES,
) -> list[Picture]:
    """Take pictures at equal distances, as many as the bounds allow.

    If the pictures pass the bytes, every second one is dropped and the
    distance doubled, so that each frame is read once at most.

    Args:
        result: Labels and flows of the video.
        frames: Gives the (H, W, 3) uint8 RGB frame of an index.
        max_pictures: Largest number of pictures.
        max_bytes: Largest length of all their texts; one picture is taken
            even if it is longer.

    Returns:
        Pictures in temporal order, the first one of the first frame.
    """
    distance = -(-len(result) // max_pictures)
    pictures: list[Picture] = []
    index = 0
    while index < len(result):
        pictures.append(_take(result, frames(index), index))
        while len(pictures) > 1 and _length(pictures) > max_bytes:
            distance *= 2
            pictures = [p for p in pictures if p.index % distance == 0]
        index = pictures[-1].index + distance
    return pictures


def color_flow_picture(flow: np.ndarray) -> np.ndarray:
    """Colour a flow field so that its usual vectors fill the scale.

    Args:
        flow: (2, h, w) flow; NaN where it is not known.

    Returns:
        (h', w', 3) uint8 RGB, at most 256 pixels along a side.
    """
    small = _shrink(flow.transpose(1, 2, 0), _FLOW_LONG_SIDE)
    lengths = np.linalg.norm(small, axis=-1)
    known = lengths[np.isfinite(lengths)]
    limit = np.quantile(known, _QUANTILE) if known.size else 0.0
    with np.errstate(invalid='ignore'):
        factor = limit / np.maximum(lengths, max(limit, 1e-6))
    return np.rint(255 * flow_to_rgb(small * factor[..., None])
                   ).astype(np.uint8)


def _take(result: VideoResult, frame: np.ndarray, index: int) -> Picture:
    small = _shrink(frame, _LONG_SIDE)
    height, width = small.shape[:2]
    labels = cv2.resize(
        result.labels[index], (width, height), interpolation=cv2.INTER_NEAREST
    )
    flow = result.flows[index]
    return Picture(
        index,
        _encode(small[..., ::-1], '.jpg', _JPEG),
        _encode(labels, '.png', _PNG),
        None if flow is None else
        _encode(color_flow_picture(flow)[..., ::-1], '.jpg', _JPEG),
    )


def _shrink(image: np.ndarray, long_side: int) -> np.ndarray:
    """Bring the longer side down to a length, if it is longer."""
    height, width = image.shape[:2]
    ratio = long_side / max(height, width)
    if ratio >= 1:
        return image
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _encode(image: np.ndarray, suffix: str, options: tuple[int, ...]) -> str:
    done, data = cv2.imencode(suffix, np.ascontiguousarray(image), options)
    if not done:
        raise OSError(f'could not encode a picture as {suffix}')
    return b64encode(data.tobytes()).decode()


def _length(pictures: list[Picture]) -> int:
    return sum(picture.num_bytes for picture in pictures)
