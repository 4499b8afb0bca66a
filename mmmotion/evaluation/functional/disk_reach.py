"""Counting the pixels that lie near others, on packed bits."""

from math import isqrt

import numpy as np


def count_near(one: np.ndarray, other: np.ndarray,
               radius: int) -> tuple[int, int]:
    """Count the pixels of each map within a distance of the other map's.

    Both maps become one long integer each, a bit per pixel, so that moving a
    whole map by some pixels is a shift. A dilation by a disk then takes two
    shifts per row and column of the disk instead of one step per pixel of the
    disk, and is exact.

    Args:
        one: (H, W) bool pixels.
        other: (H, W) bool pixels.
        radius: Largest Euclidean distance that is near, in pixels.

    Returns:
        The number of pixels of ``one`` near some pixel of ``other``, and of
        ``other`` near some pixel of ``one``.
    """
    # The empty columns keep what is moved out of a row out of the next one.
    stride = one.shape[1] + radius
    bits, other_bits = _pack(one, stride), _pack(other, stride)
    near_other = bits & _dilate(other_bits, radius, stride)
    near_one = other_bits & _dilate(bits, radius, stride)
    return near_other.bit_count(), near_one.bit_count()


def _pack(pixels: np.ndarray, stride: int) -> int:
    padded = np.zeros((pixels.shape[0], stride), dtype=bool)
    padded[:, :pixels.shape[1]] = pixels
    packed = np.packbits(padded, axis=None, bitorder='little')
    return int.from_bytes(packed.tobytes(), 'little')


def _dilate(bits: int, radius: int, stride: int) -> int:
    """Spread every bit over a disk; rows are ``stride`` bits long.

    Bits also appear behind the last row and between the rows, where no map
    has a pixel.
    """
    reach = [bits]
    for step in range(1, radius + 1):
        reach.append(reach[-1] | bits << step | bits >> step)
    disk = reach[radius]
    for step in range(1, radius + 1):
        row = reach[isqrt(radius**2 - step**2)]
        disk |= row << step * stride | row >> step * stride
    return disk
