"""Encoding and decoding of the flow file formats, bytes in, bytes out."""

import struct
from io import BytesIO
from typing import IO

import cv2
import numpy as np
import torch
from PIL import Image

_FLO_TAG = struct.pack('<f', 202021.25)
_FLO_HEADER = struct.Struct('<4sii')
# Middlebury writes 1e10 for pixels whose flow is unknown.
_FLO_UNKNOWN = 1e9
_PNG_START = b'\x89PNG\r\n\x1a\n'
_PNG_END = b'\x00\x00\x00\x00IEND\xaeB`\x82'
_KITTI_STEP, _KITTI_ZERO, _KITTI_MAX = 64.0, 2.0**15, 2.0**16 - 1
_JPEG_LEVELS = 255
_NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def decode_flo(data: bytes) -> np.ndarray:
    """Decode Middlebury's format into (H, W, 2) float32.

    Unknown pixels, of which a component has a finite magnitude above 1e9,
    are NaN in both.
    """
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
    flow = values.reshape(height, width, 2).astype(np.float32)
    unknown = np.isfinite(flow) & (np.abs(flow) > _FLO_UNKNOWN)
    flow[unknown.any(axis=-1)] = np.nan
    return flow


def _flo_length(header: bytes) -> int | None:
    """Bytes of the whole file, None if the header is not one."""
    if len(header) < _FLO_HEADER.size or header[:4] != _FLO_TAG:
        return None
    _, width, height = _FLO_HEADER.unpack(header)
    if width < 1 or height < 1:
        return None
    return _FLO_HEADER.size + 8 * width * height


def encode_flo(flow: np.ndarray) -> bytes:
    """Encode (H, W, 2) float32 in Middlebury's format, exactly."""
    height, width = flow.shape[:2]
    header = _FLO_HEADER.pack(_FLO_TAG, width, height)
    return header + flow.astype('<f4', copy=False).tobytes()


def decode_npy(data: bytes) -> np.ndarray:
    """Decode an array of halves or floats into (H, W, 2) float32."""
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


def encode_npy(flow: np.ndarray) -> bytes:
    """Encode (H, W, 2) float32 as an array of halves."""
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


def decode_png(data: bytes) -> np.ndarray:
    """Decode KITTI's format into (H, W, 2) float32, NaN if unknown."""
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


def encode_png(flow: np.ndarray) -> bytes:
    """Encode (H, W, 2) float32 in KITTI's format, NaN as unknown."""
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


def decode_jpg(
    data: bytes, max_val: float | None, concat_axis: int
) -> np.ndarray:
    """Decode mmcv's quantised format into (H, W, 2) float32."""
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


def is_whole_file(file: IO[bytes], suffix: str, num_bytes: int) -> bool:
    """Tell from header and length whether a file is complete.

    Args:
        file: The file, opened at its start.
        suffix: ``.flo``, ``.npy`` or ``.png``.
        num_bytes: Its length.
    """
    if suffix == '.png':
        starts = file.read(len(_PNG_START)) == _PNG_START
        file.seek(max(num_bytes - len(_PNG_END), 0))
        return starts and file.read() == _PNG_END
    if suffix == '.flo':
        return num_bytes == _flo_length(file.read(_FLO_HEADER.size))
    try:
        version = np.lib.format.read_magic(file)
        shape, _, dtype = _NPY_HEADERS[version](file)
    except (ValueError, KeyError):
        return False
    return num_bytes == file.tell() + int(np.prod(shape)) * dtype.itemsize
