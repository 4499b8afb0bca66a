"""Known masks of single frames as targets."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.structures import MotionDataSample

from ..losses import layer_costs, match_masks


def supervise_masks(
    loss: nn.Module,
    masks: Tensor,
    data_samples: Sequence[MotionDataSample],
) -> Tensor:
    """Compare soft regions with the visible parts of known objects.

    The first region is for the background; the others are assigned to the
    objects so that they fit best, and those that are left to empty masks.

    Args:
        loss: Compares logits (B * V, K, h, w) with masks.
        masks: (B, V, K, h, w) soft regions that add up to 1, of V views of
            each sample, which are compared one by one.
        data_samples: One per sample, with ``gt_masks`` (O, H0, W0).

    Returns:
        What the loss returns.

    Raises:
        ValueError: If masks are missing, or there are more objects than
            regions for them.
    """
    targets = _stack_masks(data_samples, masks.shape[2], masks.shape[-2:])
    targets = targets.to(masks.device)
    targets = targets.repeat_interleave(masks.shape[1], dim=0)
    masks = masks.flatten(0, 1)
    eps = torch.finfo(masks.dtype).eps
    logits = masks.clamp(eps, 1 - eps).logit()
    costs = layer_costs(logits[:, None, 1:], targets[:, None, 1:])
    order = 1 + match_masks(costs)
    order = F.pad(order, (1, 0))
    logits = logits.take_along_dim(order[:, :, None, None], dim=1)
    return loss(logits, targets)


def _stack_masks(
    data_samples: Sequence[MotionDataSample],
    num_regions: int,
    size: Sequence[int],
) -> Tensor:
    """Background, objects and empty masks (B, K, h, w)."""
    stacked = []
    for sample in data_samples:
        name = sample.get('video_id', 'a sample')
        if 'gt_masks' not in sample:
            raise ValueError(
                f'the loss needs gt_masks of {name}: add LoadMasks to the '
                'pipeline, or train on a synthetic data set'
            )
        objects = sample.gt_masks.float()
        missing = num_regions - 1 - len(objects)
        if missing < 0:
            raise ValueError(
                f'{name} has {len(objects)} objects, but the model has '
                f'{num_regions} regions, one of which is the background: '
                'raise num_slots'
            )
        objects = F.interpolate(
            objects[:, None], size=tuple(size), mode='nearest'
        )[:, 0]
        background = 1 - objects.amax(dim=0, keepdim=True)
        empty = objects.new_zeros((missing, *size))
        stacked.append(torch.cat([background, objects, empty]))
    if not stacked:
        raise ValueError('the loss needs data samples with gt_masks, got none')
    return torch.stack(stacked)
