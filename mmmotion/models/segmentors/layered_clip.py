"""Layers of clips, and of the videos that clips cover."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..layers import compose_layers, reorder_layers
from ..losses import layer_costs, match_masks


class LayeredClip(NamedTuple):
    """The layers of a batch of clips.

    Attributes:
        logits: (B, T, K, H, W) of the whole shape of each layer.
        depths: (B, K) depths, the smallest nearest to the camera.
    """

    logits: Tensor
    depths: Tensor


class LayeredVideo(NamedTuple):
    """The layers of a video of T frames, the largest first.

    Attributes:
        visible: (T, K, H, W) zeros and ones.
        shapes: (T, K, H, W) probability of the whole shapes.
        order: (T, K) int64, 0 for the layer nearest to the camera.
    """

    visible: Tensor
    shapes: Tensor
    order: Tensor


def match_clip(
    clip: LayeredClip,
    targets: Tensor,
    order: Tensor | None = None
) -> LayeredClip:
    """Sort layers so that each lies where its target is.

    Args:
        clip: Predicted layers. Values that are not finite become 0.
        targets: (B, T, K, H, W) masks in [0, 1], floating point.
        order: (B, K) index of the layer of each target, by default of the
            one that fits it best.
    """
    logits, depths = (
        value.nan_to_num(nan=0, posinf=0, neginf=0) for value in clip
    )
    if order is None:
        order = match_masks(layer_costs(logits, targets))
    return LayeredClip(reorder_layers(logits, order), depths.gather(1, order))


def visible_layers(clip: LayeredClip) -> Tensor:
    """Compose the shapes, cut at a probability of one half, by their depths.

    Returns:
        (B, T, K, H, W) zeros and ones.
    """
    shapes = (clip.logits > 0).float()
    return compose_layers(shapes, clip.depths.argsort(dim=1))


def add_background(visible: Tensor) -> Tensor:
    """Put what no layer covers in front of (..., K, H, W) layers."""
    background = 1 - visible.sum(dim=-3, keepdim=True)
    return torch.cat([background, visible], dim=-3)


def layer_overlap(layers: Tensor, others: Tensor) -> Tensor:
    """Compare every layer with every layer of the same frames.

    Args:
        layers: (T, K, H, W) zeros and ones.
        others: (T, K, H, W) zeros and ones.

    Returns:
        (K, K) intersection over union of the pixels of all frames, 0 for two
        empty layers; rows belong to ``layers``.
    """
    first, second = (
        masks.transpose(0, 1).flatten(1) for masks in (layers, others)
    )
    both = first @ second.mT
    union = first.sum(dim=1)[:, None] + second.sum(dim=1) - both
    return both / union.clamp(min=1)


def join_clips(
    clips: Sequence[LayeredClip], frames: Sequence[Sequence[int]]
) -> LayeredVideo:
    """Follow the layers from clip to clip, without ground truth.

    The layers of a clip are assigned to those of the clips before by their
    overlap in the frames that both have, or in the frames next to each other
    if there are none. Where clips overlap, the later one counts.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, cuts videos into
    clips. Its release finds out by the annotation which layers belong
    together.

    Args:
        clips: Single clips (B = 1) in temporal order.
        frames: Positions of their frames, see ``split_into_clips``.

    Returns:
        The layers, sorted by the number of their visible pixels.
    """
    rows: list[tuple[Tensor, Tensor, Tensor]] = []
    for clip, positions in zip(clips, frames, strict=True):
        start, length = positions[0], len(set(positions))
        visible = visible_layers(clip)[0, :length]
        shapes = clip.logits[0, :length].sigmoid()
        order = clip.depths[0].argsort().argsort()
        if rows:
            first = min(start, len(rows) - 1)
            before = torch.stack([row[0] for row in rows[first:]])
            overlap = layer_overlap(before, visible[:len(before)])
            link = match_masks(-overlap[None])[0]
            visible, shapes = visible[:, link], shapes[:, link]
            order = order[link]
            del rows[start:]
        rows += zip(visible, shapes, order.expand(length, -1))
    video = [torch.stack(fields) for fields in zip(*rows)]
    largest = video[0].sum(dim=(0, 2, 3)).argsort(descending=True, stable=True)
    return LayeredVideo(*(field[:, largest] for field in video))
