"""Sampling of images along a flow."""

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

_PADDINGS = ('border', 'zeros')


def warp(images: Tensor, flow: Tensor, padding: str = 'border') -> Tensor:
    """Read every pixel where the flow points to.

    The result at p is the image at p + flow(p), bilinear between the pixels:
    with the flow from the first to the second frame, the second frame becomes
    the first one. Gradients reach the images and the flow.

    Args:
        images: (B, C, H, W) images or features that the flow leads to.
        flow: (B, 2, H, W) flow in pixels.
        padding: Outside the image, ``'border'`` repeats the nearest pixel
            and ``'zeros'`` is 0. There is no outside along a side of one
            pixel.

    Returns:
        (B, C, H, W) in the type of ``images``; NaN where the flow is.

    Raises:
        ValueError: If the sizes differ or the padding is unknown.
    """
    if padding not in _PADDINGS:
        raise ValueError(
            f'expected padding to be one of {_PADDINGS}, got {padding!r}'
        )
    height, width = images.shape[-2:]
    if flow.shape != (len(images), 2, height, width):
        raise ValueError(
            f'expected a flow of shape {(len(images), 2, height, width)} for '
            f'images of shape {tuple(images.shape)}, got {tuple(flow.shape)}'
        )
    # Half precision does not hold the columns of an image.
    dtype = torch.promote_types(flow.dtype, torch.float32)
    columns = torch.arange(width, dtype=dtype, device=flow.device)
    rows = torch.arange(height, dtype=dtype, device=flow.device)
    x = 2 * (columns + flow[:, 0]) / max(width - 1, 1) - 1
    y = 2 * (rows[:, None] + flow[:, 1]) / max(height - 1, 1) - 1
    places = torch.stack((x, y), dim=-1)
    # grid_sample reads a pixel where the place is NaN, which hides it, and
    # with border padding its backward pass leaves the memory of the image.
    unknown = places.isnan().any(dim=-1)
    warped = grid_sample(
        images.to(dtype),
        places.nan_to_num(),
        mode='bilinear',
        padding_mode=padding,
        align_corners=True,
    )
    return warped.masked_fill(unknown[:, None], torch.nan).to(images.dtype)
