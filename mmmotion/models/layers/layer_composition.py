"""Whole shapes to what of them is visible."""

from itertools import permutations

import torch
from torch import Tensor

_CLAMP = 1e-5


def reorder_layers(masks: Tensor, order: Tensor) -> Tensor:
    """Sort the layers of each clip; faster than ``take_along_dim``.

    Args:
        masks: (B, T, K, H, W).
        order: (B, K) indices of the layers, first to last.

    Returns:
        (B, T, K, H, W).
    """
    return torch.stack([
        clip.index_select(1, index) for clip, index in zip(masks, order)
    ])


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
    covered = torch.zeros_like(masks[:, :, 0])
    visible = []
    for mask in reorder_layers(masks, order).unbind(dim=2):
        visible.append(mask * (1 - covered))
        covered = covered + visible[-1]
    return reorder_layers(torch.stack(visible, dim=2), order.argsort(dim=1))


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
    clear = (1 - masks).unbind(dim=2)
    visible = []
    for layer, shares in enumerate(_share_fronts(depths)):
        # Which layers are in front tells what is visible; their order among
        # each other makes no difference.
        seen = torch.zeros_like(clear[0])
        for front, share in shares.items():
            light = share[:, None, None, None].expand_as(seen)
            for other in front:
                light = light * clear[other]
            seen = seen + light
        visible.append(masks[:, :, layer] * seen)
    return torch.stack(visible, dim=2).clamp(0, 1)


def _share_fronts(depths: Tensor) -> list[dict[tuple[int, ...], Tensor]]:
    """Probability (B,) of the layers that are in front of each layer."""
    behind = behind_probability(depths)
    num_layers = depths.shape[1]
    shares: list[dict[tuple[int, ...], Tensor]]
    shares = [{} for _ in range(num_layers)]
    total = torch.zeros_like(depths[:, 0])
    for back_to_front in permutations(range(num_layers)):
        weight = torch.ones_like(total)
        for i, back in enumerate(back_to_front):
            for front in back_to_front[i + 1:]:
                weight = weight * behind[:, back, front]
        total = total + weight
        for i, layer in enumerate(back_to_front):
            fronts = tuple(sorted(back_to_front[i + 1:]))
            known = shares[layer].get(fronts, 0)
            shares[layer][fronts] = known + weight
    return [{
        fronts: weight / total
        for fronts, weight in share.items()
    } for share in shares]
