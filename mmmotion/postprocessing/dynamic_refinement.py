"""Masks of a video made consistent from its most reliable frame on."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .label_propagation import propagate_labels

_CHECKED_FRAMES = 3
_EPS = 1e-6
_TINY = torch.finfo(torch.float32).tiny


class RefinedLabels(NamedTuple):
    """What the refinement of a video finds.

    Attributes:
        labels: (L, h, w) soft labels of each frame; those of the key frame
            are its masks.
        errors: (T - 1,) how far the masks of each frame from the second on
            are from what frames before it tell.
        key_frame: Position of the frame from which labels are carried.
    """

    labels: list[Tensor]
    errors: Tensor
    key_frame: int


def label_error(labels: Tensor, masks: Tensor) -> Tensor:
    """Compare the objects of carried labels with those of masks.

    Args:
        labels: (L, h, w) soft labels, background first.
        masks: (L, h, w) masks of zeros and ones.

    Returns:
        Sum of the differences over the mean number of pixels of the objects
        and the number of objects, a scalar.
    """
    labels, masks = labels[1:], masks[1:]
    difference = (labels - masks).abs().sum() / len(masks)
    return difference / ((labels.sum() + masks.sum()) / 2 + _EPS)


def choose_key_frame(errors: Tensor, has_objects: Tensor | None = None) -> int:
    """Choose the middle of the longest run of errors below their mean.

    Args:
        errors: (T - 1,) error of each frame from the second on.
        has_objects: (T - 1,) bool, which frames may be chosen; None: all.
            (The release may choose a frame without any object, which agrees
            with its neighbours if they have none either.)

    Returns:
        Position of the frame; of several longest runs the first counts. If no
        error is below the mean, the frame of the smallest one, and the first
        frame of a video in which there is no other.
    """
    if has_objects is None:
        has_objects = torch.ones_like(errors, dtype=torch.bool)
    if not has_objects.any():
        return 0
    runs: list[list[int]] = [[]]
    is_good = (errors < errors.mean()) & has_objects
    for index, good in enumerate(is_good.tolist()):
        if good:
            runs[-1].append(index)
        else:
            runs.append([])
    longest = max(runs, key=len)
    if not longest:
        allowed = errors.masked_fill(~has_objects, torch.inf)
        return 1 + int(allowed.argmin())
    return 1 + (longest[0] + longest[-1]) // 2


def refine_labels(
    features: Sequence[Tensor],
    masks: Sequence[Tensor],
    num_last: int = 7,
    errors: Tensor | None = None,
    **settings: Any,
) -> RefinedLabels:
    """Carry the masks of the key frame to all others, and mix in theirs.

    Labels go frame by frame from the key frame to both ends, each from the
    key frame and the last frames on the way. Where the masks of a frame agree
    with them, later frames see the mean of both.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the
    form of its release.

    Args:
        features: (C, h, w) of each frame, read one by one.
        masks: (L, h, w) zeros and ones of each frame, background first.
        num_last: Number of frames on the way that are seen.
        errors: What :func:`label_errors` says of these masks with other
            features; None: with these.
        **settings: Further settings of ``propagate_labels``.

    Raises:
        ValueError: If there are no frames, or not one set of masks for each.
    """
    if not features or len(features) != len(masks):
        raise ValueError(
            'expected masks for each frame and at least one frame, got '
            f'{len(features)} frames and {len(masks)} sets of masks'
        )
    if errors is None:
        errors = label_errors(features, masks, **settings)
    limit = errors.mean() if len(errors) else 0
    has_objects = [bool(mask[1:].any()) for mask in masks[1:]]
    key = choose_key_frame(errors, errors.new_tensor(has_objects) > 0)
    labels = list(masks)
    first = features[key], masks[key]

    def carry(frames: Iterable[int]) -> None:
        """Propagate masks from the key frame along ``frames``."""
        last: deque[tuple[Tensor, Tensor]] = deque(maxlen=num_last)
        for frame in frames:
            target = features[frame]
            sources, known = zip(first, *last)
            carried = propagate_labels(target, sources, known, **settings)
            labels[frame] = carried
            if label_error(carried, masks[frame]) < limit:
                carried = (carried + masks[frame]) / 2
            last.append((target, carried))

    carry(range(key - 1, -1, -1))
    carry(range(key + 1, len(features)))
    return RefinedLabels(labels, errors, key)


def label_errors(
    features: Sequence[Tensor],
    masks: Sequence[Tensor],
    **settings: Any,
) -> Tensor:
    """Compare the masks of frames with those of the first and the last ones.

    Args:
        features: (C, h, w) of each frame, read one by one.
        masks: (L, h, w) zeros and ones of each frame, background first.
        **settings: Further settings of ``propagate_labels``.

    Returns:
        (T - 1,) :func:`label_error` of each frame from the second on.
    """
    errors = []
    first = features[0], masks[0]
    last: deque[tuple[Tensor, Tensor]] = deque(maxlen=_CHECKED_FRAMES)
    for frame in range(1, len(features)):
        target = features[frame]
        sources, known = zip(first, *last)
        carried = propagate_labels(target, sources, known, **settings)
        errors.append(label_error(carried, masks[frame]))
        last.append((target, masks[frame]))
    return torch.stack(errors) if errors else masks[0].new_zeros(0)


def decide_labels(labels: Tensor, size: Sequence[int]) -> Tensor:
    """Enlarge soft labels, stretch each, and take the strongest.

    Args:
        labels: (L, h, w) soft labels in [0, 1].
        size: (H, W) of the result.

    Returns:
        (H, W) int64 index of the label.
    """
    return _stretch(labels, size).argmax(dim=0)


def stretch_labels(labels: Tensor, size: Sequence[int]) -> Tensor:
    """Enlarge soft labels and stretch each to [0, 1].

    A label that is weak everywhere wins where it is strongest.

    Args:
        labels: (L, h, w) soft labels in [0, 1].
        size: (H, W) of the result.

    Returns:
        (L, H, W) in [0, 1], which add up to 1; the strongest label is that
        of :func:`decide_labels`.
    """
    stretched = _stretch(labels, size)
    total = stretched.sum(dim=0)
    stretched[0] += total == 0
    return stretched / torch.where(total == 0, 1, total)


def _stretch(labels: Tensor, size: Sequence[int]) -> Tensor:
    large = F.interpolate(
        labels[None], size=tuple(size), mode='bilinear', align_corners=False
    )[0]
    smallest = large.amin(dim=(1, 2), keepdim=True)
    spread = large.amax(dim=(1, 2), keepdim=True) - smallest
    # A label that is the same everywhere has nothing to stretch.
    return torch.where(
        spread > 0, (large - smallest) / spread.clamp(min=_TINY), large
    )
