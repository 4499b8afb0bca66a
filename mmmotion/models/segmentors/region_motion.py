"""How far each region moves."""

import torch
from torch import Tensor


def region_motion(masks: Tensor, flow: Tensor) -> Tensor:
    """Average the length of the flow of both directions in each region.

    Args:
        masks: (2B, K, h, w) soft masks in [0, 1] of all first frames, then of
            all second ones.
        flow: (2B, 2, h, w) flow from the first frames to the second ones, then
            back.

    Returns:
        (B, K) lengths, in pixels as the flow; an empty region does not move.
    """
    length = torch.linalg.vector_norm(flow, dim=1, keepdim=True)
    sums = (masks * length).sum(dim=(-2, -1))
    mass = masks.sum(dim=(-2, -1))
    mean = sums / mass.clamp(min=torch.finfo(mass.dtype).tiny)
    return torch.stack(mean.chunk(2)).mean(dim=0)
