"""OCLR: propagation and refinement of masks (``dino_propagation.npz``)."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmmotion.models.losses import LabelContrastLoss, contrast_regions
from mmmotion.postprocessing import (
    decide_labels,
    propagate_labels,
    refine_labels,
)

from .comparison import Comparison

_LABEL_ATOL = 1e-5
_ERROR_ATOL = 1e-5
_LOSS_ATOL = 1e-6
_GRAD_ATOL = 1e-7
_SMALL_RADIUS = 3


def _frames(arrays: Mapping[str, np.ndarray]) -> tuple[Tensor, Tensor]:
    """Features (T, C, h, w) and masks (T, L, h, w) on the grid."""
    grid = tuple(int(side) for side in arrays['grid'])
    features = torch.from_numpy(np.asarray(arrays['features'], np.float32))
    masks = np.asarray(arrays['flow_onehot'], np.float32)
    return features.mT.unflatten(2, grid), torch.from_numpy(masks)


def _compare_plain(
    features: Tensor, masks: Tensor, arrays: Mapping[str, np.ndarray]
) -> Iterator[Comparison]:
    """Labels of two frames, the second with those of the first."""
    labels = [masks[0]]
    for frame in (1, 2):
        labels.append(
            propagate_labels(
                features[frame],
                list(features[:frame]),
                labels,
                radius=_SMALL_RADIUS,
            )
        )
        name = f'plain_frame{frame}'
        yield Comparison(
            name, labels[frame].numpy(), arrays[name], _LABEL_ATOL
        )
    name = 'plain_frame2_labels'
    expected = arrays[name]
    found = decide_labels(labels[2], expected.shape)
    yield Comparison(name, found.numpy(), expected, 0)


def _compare_neighbours(masks: Tensor,
                        expected: np.ndarray) -> Iterator[Comparison]:
    """Who sees whom, asked with the same features and one label per cell."""
    size = masks.shape[-2:]
    cells = torch.eye(size[0] * size[1]).unflatten(1, size)
    alike = torch.ones(1, *size)
    seen = propagate_labels(
        alike, [alike], [cells], radius=_SMALL_RADIUS, top_k=1
    )
    found = (seen.flatten(1).T > 0).numpy()
    yield Comparison('neighbourhood_small', found, expected, 0)


def _compare_refined(
    name: str,
    features: Tensor,
    masks: Tensor,
    arrays: Mapping[str, np.ndarray],
) -> Iterator[Comparison]:
    """Errors, key frame and labels of one setting."""
    params = json.loads(str(arrays[f'{name}_params']))
    refined = refine_labels(
        list(features),
        list(masks),
        num_last=params['n_last_frames'],
        radius=params['size_mask_neighborhood'],
        top_k=params['topk'],
    )
    key = refined.key_frame
    soft = torch.stack(refined.labels)
    soft[key] = 0  # as the file has it
    flow_masks = np.asarray(arrays['flow_masks'])
    decided = [
        decide_labels(labels, flow_masks.shape[1:]).numpy()
        for labels in refined.labels
    ]
    decided[key] = flow_masks[key]
    found: dict[str, tuple[ArrayLike, float]] = dict(
        errors=(refined.errors.numpy(), _ERROR_ATOL),
        mean_error=(refined.errors.mean().numpy(), _ERROR_ATOL),
        key_frame=(key, 0),
        soft=(soft.numpy(), _LABEL_ATOL),
        masks=(np.stack(decided), 0),
    )
    for part, (value, atol) in found.items():
        full = f'{name}_{part}'
        yield Comparison(full, value, arrays[full], atol)


def _compare_contrast(
    features: Tensor, masks: Tensor, arrays: Mapping[str, np.ndarray]
) -> Iterator[Comparison]:
    """The loss between two frames and its gradient."""
    pair = [int(frame) for frame in arrays['contrast_frames']]
    regions = contrast_regions(masks[pair, 1:])
    for name, region in zip(('positive', 'negative'), regions):
        full = f'contrast_{name}'
        yield Comparison(full, region.numpy(), arrays[full], 0)
    loss = LabelContrastLoss()
    inputs = features[pair].requires_grad_()
    both = loss.directions(inputs, regions)
    total = loss(inputs, regions)
    (grad, ) = torch.autograd.grad(total, inputs)
    values = torch.stack([*both, total]).detach().numpy()
    yield Comparison(
        'contrast_losses', values, arrays['contrast_losses'], _LOSS_ATOL
    )
    yield Comparison(
        'contrast_grad',
        grad.flatten(2).mT.numpy(),
        arrays['contrast_grad'],
        _GRAD_ATOL,
    )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Propagate, refine and contrast, with features that are given.

    Args:
        state: Not used, there are no weights.
        arrays: ``features`` (T, h * w, C) on a ``grid`` (h, w),
            ``flow_masks`` (T, H, W), ``flow_onehot`` (T, L, h, w), and the
            results: ``plain_*``, ``neighbourhood_small``, ``small_*``,
            ``default_*`` and ``contrast_*``, each group if present.

    Yields:
        One comparison per result.
    """
    del state
    features, masks = _frames(arrays)
    if 'plain_frame1' in arrays:
        yield from _compare_plain(features, masks, arrays)
    if 'neighbourhood_small' in arrays:
        yield from _compare_neighbours(masks, arrays['neighbourhood_small'])
    for name in ('small', 'default'):
        if f'{name}_params' in arrays:
            yield from _compare_refined(name, features, masks, arrays)
    if 'contrast_frames' in arrays:
        yield from _compare_contrast(features, masks, arrays)
