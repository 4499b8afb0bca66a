"""Convolution of maps of several sizes, brought to that of the first one."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from .image_size import resize_maps


def convolve_merged(
    maps: Sequence[Tensor],
    weight: Tensor,
    bias: Tensor | None = None,
    dilation: int = 1,
) -> Tensor:
    """Convolve maps that are enlarged to the first one and concatenated.

    Equal to that up to rounding, but the channels of a map are mixed before
    it is enlarged: with half of the sides that takes a quarter of the
    products, and no image of all channels ever exists.

    Args:
        maps: (B, C_i, h_i, w_i), the first one the largest.
        weight: (C, sum of C_i, k, k) kernel of an odd side.
        bias: (C) added to the result.
        dilation: Distance of the pixels under the kernel.

    Returns:
        (B, C, h_0, w_0); zeros lie around the maps.
    """
    size = maps[0].shape[-2:]
    padding = dilation * (weight.shape[-1] // 2)
    parts = weight.split([x.shape[1] for x in maps], dim=1)
    total = F.conv2d(maps[0], parts[0], bias, 1, padding, dilation)
    for x, part in zip(maps[1:], parts[1:]):
        if x.shape[-2:] == size:
            total = total + F.conv2d(x, part, None, 1, padding, dilation)
            continue
        # The products of every pixel with every place of the kernel are
        # enlarged, then moved to where they belong and added up.
        places = part.flip(-2, -1).permute(0, 2, 3, 1)
        places = places.reshape(-1, part.shape[1], 1, 1)
        products = resize_maps(F.conv2d(x, places), size)
        total = total + F.fold(
            products.flatten(2),
            (size[0], size[1]),
            kernel_size=weight.shape[-1],
            dilation=dilation,
            padding=padding,
        )
    return total
