"""Known layers of synthetic scenes as targets."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.structures import MotionDataSample


def stack_shapes(
    data_samples: Sequence[MotionDataSample],
    num_frames: int,
    num_layers: int,
) -> Tensor:
    """Sort the whole shapes of every clip from back to front.

    Args:
        data_samples: One per clip, with ``gt_amodal_masks`` (T, O, H, W), or
            (O, H, W) of a clip of one frame, and ``gt_layer_order`` (O,), 0
            for the nearest.
        num_frames: T.
        num_layers: K. Layers in front of the O objects are empty.

    Returns:
        (B, T, K, H, W) zeros and ones, floating point.

    Raises:
        ValueError: If masks are missing or do not fit the clip, or there are
            more objects than layers.
    """
    clips = []
    for sample in data_samples:
        name = sample.get('video_id', 'a clip')
        for key in ('gt_amodal_masks', 'gt_layer_order'):
            if key not in sample:
                raise ValueError(
                    f'the loss needs {key} of {name}, which only synthetic '
                    'scenes have: train on a synthetic data set'
                )
        masks = sample.gt_amodal_masks
        if masks.ndim == 3:
            masks = masks[None]
        if len(masks) != num_frames:
            raise ValueError(
                f'expected gt_amodal_masks of {num_frames} frames for {name}, '
                f'got {len(masks)}'
            )
        missing = num_layers - masks.shape[1]
        if missing < 0:
            raise ValueError(
                f'{name} has {masks.shape[1]} objects, but the model has '
                f'{num_layers} layers: raise num_queries or draw fewer objects'
            )
        back_first = sample.gt_layer_order.argsort(descending=True)
        masks = masks[:, back_first.to(masks.device)].float()
        empty = masks.new_zeros((num_frames, missing, *masks.shape[-2:]))
        clips.append(torch.cat([masks, empty], dim=1))
    if not clips:
        raise ValueError(
            'the loss needs data samples with gt_amodal_masks, got none'
        )
    return torch.stack(clips)


def resize_targets(masks: Tensor, size: Sequence[int]) -> Tensor:
    """Bring masks to the size of what is compared with them.

    Args:
        masks: (B, T, K, H0, W0), floating point.
        size: (H, W).

    Returns:
        (B, T, K, H, W), of nearest neighbours.
    """
    if tuple(masks.shape[-2:]) == tuple(size):
        return masks
    resized = F.interpolate(
        masks.flatten(0, 1), size=tuple(size), mode='nearest'
    )
    return resized.unflatten(0, masks.shape[:2])


def front_first(shapes: Tensor) -> Tensor:
    """Order (B, K) of (B, T, K, H, W) layers that lie from back to front."""
    order = torch.arange(shapes.shape[2], device=shapes.device).flip(0)
    return order.expand(len(shapes), -1)
