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

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from .atomic import write_atomically

FLOW_SUFFIXES = ('.npy', '.flo', '.png', '.jpg')
"""Suffixes of the files that :func:`read_flow` accepts."""

_FLO_TAG = struct.pack('<f', 202021.25)
_FLO_HEADER = struct.Struct('<4sii')
_PNG_START = b'\x89PNG\r\n\x1a\n'
_PNG_END = b'\x00\x00\x00\x00IEND\xaeB`\x82'
_KITTI_STEP, _KITTI_ZERO, _KITTI_MAX = 64.0, 2.0**15, 2.0**16 - 1
_JPEG_LEVELS = 255


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
            return _decode_jpg(data, max_val, concat_axis)
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
    num_bytes = path.stat().st_size
    with open(path, 'rb') as file:
        if path.suffix == '.png':
            starts = file.read(len(_PNG_START)) == _PNG_START
            file.seek(max(num_bytes - len(_PNG_END), 0))
            return starts and file.read() == _PNG_END
        if path.suffix == '.flo':
            header = file.read(_FLO_HEADER.size)
            return num_bytes == _flo_length(header)
        try:
            version = np.lib.format.read_magic(file)
            shape, _, dtype = _NPY_HEADERS[version](file)
        except (ValueError, KeyError):
            return False
        return num_bytes == file.tell() + int(np.prod(shape)) * dtype.itemsize


def check_flow(
    flow: np.ndarray,
    path: str | Path,
    expected_size: tuple[int, int] | None = None,
) -> None:
    """Refuse a flow that no computation should see.

    Args:
        flow: (H, W, 2) flow.
        path: File that it came from; for the message.
        expected_size: (H, W) that it must have; any if None.

    Raises:
        ValueError: If the size differs, or a value is NaN or infinite.
    """
    if expected_size is not None and flow.shape[:2] != tuple(expected_size):
        raise ValueError(
            f'flow file {path} has the wrong size: expected (H, W) = '
            f'{tuple(expected_size)}, found {flow.shape[:2]}'
        )
    if not np.isfinite(flow).all():
        raise ValueError(
            f'flow file {path} holds {int(np.isnan(flow).sum())} NaN and '
            f'{int(np.isinf(flow).sum())} infinite values of {flow.size}'
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


def _unknown_suffix(path: str | Path, known: object) -> str:
    expected = ', '.join(known)  # type: ignore[call-overload]
    return f'unknown flow format of {path}: expected one of {expected}'


def _decode_flo(data: bytes) -> np.ndarray:
    header = data[:_FLO_HEADER.size]
    if header[:4] != _FLO_TAG:
        raise ValueError(f'expected the tag {_FLO_TAG!r}, got {header[:4]!r}')
    expected = _flo_length(header)
    if expected is None:
        raise ValueError('the header is truncated or names no positive size')
    _, width, height = _FLO_HEADER.unpack(header)
    if len(data) != expected:
        raise ValueError(
            f'expected {expected} bytes for {height} x {width} pixels, got '
            f'{len(data)}'
        )
    values = np.frombuffer(data, '<f4', offset=_FLO_HEADER.size)
    return values.reshape(height, width, 2).astype(np.float32)


def _flo_length(header: bytes) -> int | None:
    """Bytes of the whole file, None if the header is not one."""
    if len(header) < _FLO_HEADER.size or header[:4] != _FLO_TAG:
        return None
    _, width, height = _FLO_HEADER.unpack(header)
    if width < 1 or height < 1:
        return None
    return _FLO_HEADER.size + 8 * width * height


def _encode_flo(flow: np.ndarray) -> bytes:
    height, width = flow.shape[:2]
    header = _FLO_HEADER.pack(_FLO_TAG, width, height)
    return header + flow.astype('<f4', copy=False).tobytes()


def _decode_npy(data: bytes) -> np.ndarray:
    array = np.lib.format.read_array(BytesIO(data), allow_pickle=False)
    if array.dtype.kind != 'f':
        raise ValueError(f'expected floating-point values, got {array.dtype}')
    if array.ndim == 3 and array.shape[-1] != 2 and array.shape[0] == 2:
        array = array.transpose(1, 2, 0)
    if array.ndim != 3 or array.shape[-1] != 2 or array.size == 0:
        raise ValueError(
            'expected an array of shape (H, W, 2) or (2, H, W), got '
            f'{array.shape}'
        )
    array = np.ascontiguousarray(array)
    if array.dtype == np.float16:
        # Ten times as fast as numpy, which converts halves one by one.
        return torch.from_numpy(array).float().numpy()
    return array.astype(np.float32, copy=False)


def _encode_npy(flow: np.ndarray) -> bytes:
    values = torch.from_numpy(flow if flow.flags.writeable else flow.copy())
    half = values.half()
    if (half.isinf() & ~values.isinf()).any():
        raise ValueError(
            'float16 holds values below 65504, the largest here is '
            f'{float(values[values.isfinite()].abs().max()):g}'
        )
    stream = BytesIO()
    np.lib.format.write_array(stream, half.numpy(), allow_pickle=False)
    return stream.getvalue()


def _decode_png(data: bytes) -> np.ndarray:
    if not data.endswith(_PNG_END):  # OpenCV versions differ here
        raise ValueError('the PNG file is truncated')
    codes = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if codes is None:
        raise ValueError('the PNG file is damaged')
    if codes.dtype != np.uint16 or codes.ndim != 3 or codes.shape[-1] != 3:
        raise ValueError(
            'expected a PNG of three 16-bit channels (KITTI), got '
            f'{codes.dtype} of shape {codes.shape}'
        )
    # OpenCV returns the channels R, G, B of the file as B, G, R.
    flow = codes[..., :0:-1].astype(np.float32)
    flow = (flow - _KITTI_ZERO) / _KITTI_STEP
    flow[codes[..., 0] == 0] = np.nan
    return flow.astype(np.float32, copy=False)


def _encode_png(flow: np.ndarray) -> bytes:
    known = ~np.isnan(flow).any(axis=-1)
    # Rounding, not truncating, keeps the code free of a bias of 1/128 px.
    codes = np.rint(flow[known] * _KITTI_STEP + _KITTI_ZERO)
    if codes.size and not (codes.min() >= 0 and codes.max() <= _KITTI_MAX):
        raise ValueError(
            '16-bit PNG holds values from -512 to 511.98 px, the largest '
            f'here is {float(np.abs(flow[known]).max()):g}'
        )
    image = np.zeros((*known.shape, 3), np.uint16)
    image[known, 0] = 1
    image[known, :0:-1] = codes
    success, data = cv2.imencode('.png', image)
    if not success:
        raise ValueError('OpenCV failed to encode the PNG')
    return data.tobytes()


def _decode_jpg(
    data: bytes, max_val: float | None, concat_axis: int
) -> np.ndarray:
    if max_val is None or max_val <= 0:
        raise ValueError(
            'a quantised .jpg needs the positive max_val it was written '
            f'with, got {max_val}'
        )
    if concat_axis not in (0, 1):
        raise ValueError(f'expected concat_axis 0 or 1, got {concat_axis}')
    try:
        codes = np.asarray(Image.open(BytesIO(data)))
    except (OSError, SyntaxError) as error:
        raise ValueError(f'the JPEG file is damaged ({error})') from error
    if codes.ndim != 2 or codes.shape[concat_axis] % 2:
        raise ValueError(
            'expected a grey image of two planes of equal size, got shape '
            f'{codes.shape}'
        )
    planes = np.stack(np.split(codes, 2, axis=concat_axis), axis=-1)
    share = (planes + np.float32(0.5)) * (2 * max_val / _JPEG_LEVELS) - max_val
    height, width = planes.shape[:2]
    return (share * (width, height)).astype(np.float32)


_DECODERS: dict[str, Callable[[bytes], np.ndarray]] = {
    '.flo': _decode_flo,
    '.npy': _decode_npy,
    '.png': _decode_png,
}
_ENCODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    '.flo': _encode_flo,
    '.npy': _encode_npy,
    '.png': _encode_png,
}
_NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
