"""Which pixels of a frame can be seen in the other frame of a pair."""

import torch
from torch import Tensor

from .warp import warp


@torch.no_grad()
def splat(flow: Tensor) -> Tensor:
    """Send a 1 from every pixel along its flow and add up what arrives.

    The 1 is shared out bilinearly among the four pixels around the place
    where it lands; shares outside the image are lost, and so is a flow that
    is not finite.

    Args:
        flow: (B, 2, H, W) flow in pixels.

    Returns:
        (B, 1, H, W) float32 weights on the grid to which the flow leads, 1
        everywhere for a flow of zeros. No gradient.
    """
    flow = flow.float()
    batch, _, height, width = flow.shape
    columns = torch.arange(width, device=flow.device) + flow[:, 0]
    rows = torch.arange(height, device=flow.device)[:, None] + flow[:, 1]
    left, top = columns.floor(), rows.floor()
    weights = flow.new_zeros(batch, height * width)
    for corner_row in (top, top + 1):
        for corner in (left, left + 1):
            share = 1 - (columns - corner).abs()
            share = share * (1 - (rows - corner_row).abs())
            # A comparison with NaN is false.
            inside = (corner >= 0) & (corner < width)
            inside &= (corner_row >= 0) & (corner_row < height)
            index = torch.where(inside, corner_row * width + corner, 0)
            share = torch.where(inside, share, 0)
            weights.scatter_add_(1, index.long().flatten(1), share.flatten(1))
    return weights.view(batch, 1, height, width)


@torch.no_grad()
def visible_by_splatting(
    opposite_flow: Tensor, threshold: float = 0.2
) -> Tensor:
    """Take as visible what the other frame's pixels come from or lead to.

    Needs no trust in the frame's own flow, so it also serves a network that
    has learned nothing yet.

    Source: Liu et al., "Learning by Analogy" (ARFlow), CVPR 2020, release;
    the rule is that of Wang et al., "Occlusion Aware Unsupervised Learning of
    Optical Flow", CVPR 2018, Sec. 3.2.

    Args:
        opposite_flow: (B, 2, H, W) flow in pixels from the other frame to
            this one.
        threshold: Least weight of a visible pixel, see :func:`splat`.

    Returns:
        (B, 1, H, W) float32, 1 where visible and 0 elsewhere. No gradient.
    """
    return (splat(opposite_flow) >= threshold).float()


@torch.no_grad()
def visible_by_consistency(
    flow: Tensor,
    opposite_flow: Tensor,
    scale: float = 0.01,
    bias: float = 0.5,
) -> Tensor:
    """Take as visible what the opposite flow leads back to its origin.

    A pixel is occluded where
    ``|f + f'|^2 > scale * (|f|^2 + |f'|^2) + bias``, with ``f'`` the opposite
    flow at the pixel's target, zero outside the image.

    Source: Meister et al., "UnFlow", AAAI 2018, Eq. 2.

    Args:
        flow: (B, 2, H, W) flow in pixels from this frame to the other.
        opposite_flow: (B, 2, H, W) flow in pixels from the other frame back.
        scale: Tolerated error relative to the squared lengths.
        bias: Tolerated error in squared pixels.

    Returns:
        (B, 1, H, W) float32, 1 where visible and 0 elsewhere. No gradient.
    """
    flow, opposite_flow = flow.float(), opposite_flow.float()
    returned = warp(opposite_flow, flow, padding='zeros')
    error = (flow + returned).square().sum(dim=1, keepdim=True)
    lengths = (flow.square() + returned.square()).sum(dim=1, keepdim=True)
    return (error <= scale * lengths + bias).float()
