"""Colour codes, the ``.flo`` format and resizing of Motion Grouping."""

from collections.abc import Iterator, Mapping

import numpy as np
from torch import Tensor

from mmmotion.flow import (
    decode_flow,
    flow_to_image,
    flow_to_rgb,
    flow_to_rgb_uint8,
    known_pixels,
    resize_flow,
)

from .comparison import Comparison

_COLOR_ATOL = 2e-6
_RESIZE_ATOL = 1e-5


def _over_one(flow: np.ndarray) -> np.ndarray:
    """Pixels drawn darker because their normalised length exceeds 1."""
    rgb = flow_to_rgb(flow)
    # Every other known colour has a channel at 1.
    return (rgb.max(axis=-1) < 0.9) & known_pixels(flow)


def _compare_fields(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    coders = {
        'rgb': (flow_to_rgb, _COLOR_ATOL),
        'image': (flow_to_image, _COLOR_ATOL),
        'over_one': (_over_one, 0.0),
        'uint8': (flow_to_rgb_uint8, 1.0),
    }
    for name in [name for name in arrays if name.endswith('_flow')]:
        field = name.removesuffix('_flow')
        for output, (coder, atol) in coders.items():
            key = f'{field}_{output}'
            if key in arrays:
                yield Comparison(key, coder(arrays[name]), arrays[key], atol)


def _compare_files(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    if 'flo_bytes' in arrays and 'flo_array' in arrays:
        flow = decode_flow(arrays['flo_bytes'].tobytes(), 'flo_bytes.flo')
        yield Comparison('flo_array', flow, arrays['flo_array'], 0.0)
    if 'read_bytes' not in arrays:
        return
    flow = decode_flow(arrays['read_bytes'].tobytes(), 'read_bytes.flo')
    for size_name, uv_name, rgb_name in (
        ('read_size', 'read_uv', 'read_rgb'),
        ('read_up_size', 'read_uv_up', 'read_rgb_up'),
    ):
        if size_name not in arrays:
            continue
        height, width = (int(side) for side in arrays[size_name])
        resized = resize_flow(flow, (height, width))
        if uv_name in arrays:
            uv = resized.transpose(2, 0, 1)
            yield Comparison(uv_name, uv, arrays[uv_name], _RESIZE_ATOL)
        if rgb_name in arrays:
            image = flow_to_image(resized).transpose(2, 0, 1)
            yield Comparison(rgb_name, image, arrays[rgb_name], _COLOR_ATOL)


def compare(
    state: Mapping[str, Tensor],
    arrays: Mapping[str, np.ndarray],
) -> Iterator[Comparison]:
    """Compare colours, file contents and resized flows.

    Args:
        state: Not used, there are no weights.
        arrays: ``<field>_flow`` with any of ``<field>_rgb``, ``_image``,
            ``_over_one`` and ``_uint8``; ``flo_bytes`` with ``flo_array``;
            ``read_bytes`` with ``read_size`` or ``read_up_size`` and what
            belongs to them.

    Yields:
        One comparison per array.
    """
    yield from _compare_fields(arrays)
    yield from _compare_files(arrays)
