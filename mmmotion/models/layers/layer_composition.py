"""Whole shapes to what of them is visible."""

from itertools import permutations

import torch
from torch import Tensor

_CLAMP = 1e-5


def compose_layers(masks: Tensor, order: Tensor) -> Tensor:
    """Hide in every layer what the layers in front of it cover.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022.

    Args:
        masks: (B, T, K, H, W) whole shapes in [0, 1], hard or soft.
        order: (B, K) indices of the layers of each clip, the frontmost first.

    Returns:
        (B, T, K, H, W) visible parts, which add up to at most 1.
    """
    index = order[:, None, :, None, None]
    sorted_masks = masks.take_along_dim(index, dim=2)
    covered = torch.zeros_like(masks[:, :, 0])
    visible = []
    for mask in sorted_masks.unbind(dim=2):
        visible.append(mask * (1 - covered))
        covered = covered + visible[-1]
    inverse = order.argsort(dim=1)[:, None, :, None, None]
    return torch.stack(visible, dim=2).take_along_dim(inverse, dim=2)


def behind_probability(depths: Tensor) -> Tensor:
    """Probability that one layer is behind another.

    Args:
        depths: (B, K) depths, the smallest nearest to the camera.

    Returns:
        (B, K, K) probability, in [1e-5, 1 - 1e-5], that the layer of the row
        is behind that of the column.
    """
    difference = depths[:, :, None] - depths[:, None]
    return difference.sigmoid().clamp(_CLAMP, 1 - _CLAMP)


def compose_softly(masks: Tensor, depths: Tensor) -> Tensor:
    """Average :func:`compose_layers` over all orders by their probability.

    An order is as probable as the product over its pairs says. There are K!
    orders, so K should be small.

    Args:
        masks: (B, T, K, H, W) soft whole shapes in [0, 1].
        depths: (B, K) depths, the smallest nearest to the camera.

    Returns:
        (B, T, K, H, W) visible parts in [0, 1]. Gradients reach the shapes
        and the depths.
    """
    behind = behind_probability(depths)
    num_layers = masks.shape[2]
    weights, composed = [], []
    for back_to_front in permutations(range(num_layers)):
        weight = torch.ones_like(depths[:, 0])
        for i, back in enumerate(back_to_front):
            for front in back_to_front[i + 1:]:
                weight = weight * behind[:, back, front]
        order = torch.tensor(back_to_front[::-1], device=masks.device)
        weights.append(weight)
        composed.append(compose_layers(masks, order.expand(len(masks), -1)))
    share = torch.stack(weights)
    share = share / share.sum(dim=0)
    total = torch.zeros_like(masks)
    for part, visible in zip(share, composed):
        total = total + part[:, None, None, None, None] * visible
    return total.clamp(0, 1)
