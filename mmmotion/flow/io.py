"""Reading, writing and checking flow files.

=======  =============================================  =========  =========
suffix   content                                        precision  read/write
=======  =============================================  =========  =========
.flo     Middlebury: tag, size, float32 (H, W, 2)       exact      both
.npy     float16 or float32, (H, W, 2) or (2, H, W)     0.05 %     both
.png     KITTI: 16 bit, 1/64 px, within +-512 px        1/128 px   both
.jpg     8-bit codes of u / W and v / H (mmcv)          coarse     read
=======  =============================================  =========  =========
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from .atomic import write_atomically
from .formats import (
    decode_flo,
    decode_jpg,
    decode_npy,
    decode_png,
    encode_flo,
    encode_npy,
    encode_png,
    is_whole_file,
)

FLOW_SUFFIXES = ('.npy', '.flo', '.png', '.jpg')
"""Suffixes of the files that :func:`read_flow` accepts."""


def read_flow(
    path: str | Path,
    max_val: float | None = None,
    concat_axis: int = 0,
) -> np.ndarray:
    """Read a flow file of any known format.

    Values are returned as they are in the file, NaN and infinities included
    (see :func:`check_flow`). Pixels that a KITTI file marks as unknown become
    NaN in both components (see :func:`known_pixels`).

    Args:
        path: A ``.flo``, ``.npy``, ``.png`` (KITTI) or ``.jpg`` (quantised)
            file.
        max_val: For ``.jpg`` only: the largest share of the width or height
            that the codes represent, as given to the program that wrote it;
            the file does not hold it.
        concat_axis: For ``.jpg`` only: 0 if the codes of v stand below those
            of u, 1 if they stand to the right.

    Returns:
        (H, W, 2) float32 flow in pixels, u along x first.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the suffix is unknown, ``max_val`` is missing, or the
            content is damaged or no flow.
    """
    path = Path(path)
    return decode_flow(path.read_bytes(), path, max_val, concat_axis)


def decode_flow(
    data: bytes,
    path: str | Path,
    max_val: float | None = None,
    concat_axis: int = 0,
) -> np.ndarray:
    """Decode the content of a flow file.

    Args:
        data: Content of the file.
        path: Its name, whose suffix tells the format; for error messages.
        max_val: See :func:`read_flow`.
        concat_axis: See :func:`read_flow`.

    Returns:
        (H, W, 2) float32 flow in pixels.

    Raises:
        ValueError: See :func:`read_flow`.
    """
    suffix = Path(path).suffix.lower()
    try:
        if suffix == '.jpg':
            return decode_jpg(data, max_val, concat_axis)
        if suffix in _DECODERS:
            return _DECODERS[suffix](data)
    except (ValueError, EOFError) as error:
        raise ValueError(f'cannot read flow file {path}: {error}') from error
    raise ValueError(_unknown_suffix(path, FLOW_SUFFIXES))


def write_flow(path: str | Path, flow: np.ndarray) -> None:
    """Write a flow file atomically, in the format that its suffix names.

    ``.flo`` is exact, ``.npy`` is float16, ``.png`` is KITTI's 16-bit code
    rounded to 1/64 px, in which NaN is stored as unknown.

    Args:
        path: File to write. Missing folders are made.
        flow: (H, W, 2) flow in pixels.

    Raises:
        ValueError: If the suffix is not one of the three, the shape is wrong,
            or a value does not fit the format.
    """
    write_atomically(path, encode_flow(flow, path))


def encode_flow(flow: np.ndarray, path: str | Path) -> bytes:
    """Make the content of a flow file.

    Args:
        flow: (H, W, 2) flow in pixels.
        path: Name of the file, whose suffix tells the format.

    Returns:
        Content of the file.

    Raises:
        ValueError: See :func:`write_flow`.
    """
    if flow.ndim != 3 or flow.shape[-1] != 2:
        raise ValueError(
            f'cannot write {path}: expected a flow of shape (H, W, 2), got '
            f'{flow.shape}'
        )
    encode = _ENCODERS.get(Path(path).suffix.lower())
    if encode is None:
        raise ValueError(_unknown_suffix(path, _ENCODERS))
    try:
        return encode(np.ascontiguousarray(flow, dtype=np.float32))
    except ValueError as error:
        raise ValueError(f'cannot write {path}: {error}') from error


def is_whole(path: str | Path) -> bool:
    """Tell from header and length whether a flow file is there and complete.

    Reads a few bytes only, so that a million files can be checked.

    Args:
        path: A ``.flo``, ``.npy`` or ``.png`` file.
    """
    path = Path(path)
    if not path.is_file():
        return False
    with open(path, 'rb') as file:
        return is_whole_file(file, path.suffix, path.stat().st_size)


def check_flow(
    flow: np.ndarray,
    path: str | Path,
    expected_size: tuple[int, int] | None = None,
    allow_unknown: bool = False,
) -> None:
    """Refuse a flow that no computation should see.

    Args:
        flow: (H, W, 2) flow.
        path: File that it came from; for the message.
        expected_size: (H, W) that it must have; any if None.
        allow_unknown: Whether pixels may be unknown, that is NaN.

    Raises:
        ValueError: If the size differs, a value is infinite, or one is NaN
            that may not be.
    """
    if expected_size is not None and flow.shape[:2] != tuple(expected_size):
        raise ValueError(
            f'flow file {path} has the wrong size: expected (H, W) = '
            f'{tuple(expected_size)}, found {flow.shape[:2]}'
        )
    bad = np.isinf(flow) if allow_unknown else ~np.isfinite(flow)
    if bad.any():
        hint = '' if np.isinf(flow).any() else (
            ' (true flow with unknown pixels, NaN, is for FlowMetric alone: '
            'LoadFlows(allow_unknown=True))'
        )
        raise ValueError(
            f'flow file {path} holds {int(np.isnan(flow).sum())} NaN and '
            f'{int(np.isinf(flow).sum())} infinite values of {flow.size}{hint}'
        )


def known_pixels(flow: np.ndarray, limit: float = 1e6) -> np.ndarray:
    """Tell the pixels whose flow is known.

    Args:
        flow: (..., 2) flow.
        limit: Largest magnitude of a component that still is a flow.

    Returns:
        (...) bool, False where a component is NaN or beyond the limit.
    """
    return (np.abs(flow) <= limit).all(axis=-1)


def _unknown_suffix(path: str | Path, known: Iterable[str]) -> str:
    expected = ', '.join(known)
    return f'unknown flow format of {path}: expected one of {expected}'


_DECODERS: dict[str, Callable[[bytes], np.ndarray]] = {
    '.flo': decode_flo,
    '.npy': decode_npy,
    '.png': decode_png,
}
_ENCODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    '.flo': encode_flo,
    '.npy': encode_npy,
    '.png': encode_png,
}
