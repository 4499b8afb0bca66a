"""Merging of segments in Guess What Moves (``gwm_merge.npz``)."""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.postprocessing.spectral import (
    segment_affinity,
    segment_descriptors,
    spectral_merge,
)

from .comparison import Comparison

_AFFINITY_ATOL = 1e-5
_MASK_ATOL = 1e-5


def _merge(features: Tensor,
           masks: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Affinity, labels and groups of one frame, as the release has them."""
    affinity = segment_affinity(segment_descriptors(features, masks))
    # The release lets segments without mass take part.
    groups, labels = spectral_merge(features, masks, min_mass=0)
    return affinity.numpy(), labels.numpy(), groups.numpy()


def _is_exchanged(
    labels: np.ndarray,
    groups: np.ndarray,
    wanted: Mapping[str, np.ndarray],
) -> bool:
    """Whether the reference names the two groups the other way round."""
    if 'labels' in wanted:
        reference = wanted['labels'].reshape(labels.shape)
        return bool((labels != reference).sum() > len(labels) / 2)
    for key, second in (('merged', groups), ('binary', groups > 0.5)):
        if key in wanted:
            last = wanted[key].reshape(-1, *groups.shape[1:])[-1]
            errors = [np.abs(last - 1.0 * group).sum() for group in second]
            return bool(errors[0] < errors[1])
    return False


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Merge the segments of every case in the file.

    The two groups have no order; they are compared in that of the reference.

    Args:
        state: Not used, merging has no weights.
        arrays: Per case ``<case>_features`` (B, C, h', w') and
            ``<case>_masks`` (B, K, h, w), and of the results ``_affinity``
            (K, K), ``_labels`` (K,), ``_merged`` (B, 2, h, w) and ``_binary``
            (B, h, w), the second group above 0.5, those that there are. With
            B above 1 the first two have a leading axis B as well.

    Yields:
        One comparison per result in the file.
    """
    del state
    for name in arrays:
        match = re.fullmatch(r'(.+)_features', name)
        if match is None or f'{match[1]}_masks' not in arrays:
            continue
        case = match[1]
        wanted = {
            key: np.asarray(arrays[f'{case}_{key}'])
            for key in ('affinity', 'labels', 'merged', 'binary')
            if f'{case}_{key}' in arrays
        }
        features, masks = (
            torch.from_numpy(np.asarray(arrays[f'{case}_{key}'], np.float32))
            for key in ('features', 'masks')
        )
        yield from _compare_case(case, features, masks, wanted)


def _compare_case(
    case: str,
    features: Tensor,
    masks: Tensor,
    wanted: Mapping[str, np.ndarray],
) -> Iterator[Comparison]:
    found: dict[str, list[np.ndarray]] = {key: [] for key in wanted}
    for index, frame in enumerate(zip(features, masks)):
        affinity, labels, groups = _merge(*frame)
        of_frame = {
            key: value if len(masks) == 1 else value[index]
            for key, value in wanted.items()
        }
        if _is_exchanged(labels, groups, of_frame):
            labels, groups = 1 - labels, groups[::-1]
        results = dict(
            affinity=affinity,
            labels=labels,
            merged=groups,
            binary=groups[1] > 0.5,
        )
        for key in found:
            found[key].append(results[key])
    tolerances = dict(affinity=_AFFINITY_ATOL, merged=_MASK_ATOL)
    for key, values in found.items():
        computed = np.stack(values)
        if len(masks) == 1 and key in ('affinity', 'labels'):
            computed = computed[0]
        yield Comparison(
            f'{case}_{key}', computed, wanted[key], tolerances.get(key, 0.0)
        )
