"""Labels of some frames carried to another by like features nearby."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

_BLOCK = 8


def propagate_labels(
    target: Tensor,
    sources: Sequence[Tensor],
    labels: Sequence[Tensor],
    radius: int = 12,
    top_k: int = 5,
    temperature: float = 0.1,
) -> Tensor:
    """Average the labels of the cells that are most alike.

    Each cell of the target looks at the cells of all sources that lie in a
    square around its own place. Of all of them the ``top_k`` that are most
    alike count, and those that are as alike as the last of these, each by
    the exponential of the cosine of its features over the temperature.

    Source: Jabri, Owens, Efros, "Space-Time Correspondence as a Contrastive
    Random Walk", NeurIPS 2020, in the form of the evaluation of Caron et al.,
    "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021.
    Only cells inside the square are compared, so that memory and time do not
    grow with the square of the image.

    Args:
        target: (C, h, w) features of the target.
        sources: (C, h, w) features of each source.
        labels: (L, h, w) soft labels of each source.
        radius: Half the side of the square, in cells.
        top_k: Number of cells that count.
        temperature: Divides the cosine.

    Returns:
        (L, h, w) soft labels of the target.

    Raises:
        ValueError: If there are no sources, or not one label map for each.
    """
    if not sources or len(sources) != len(labels):
        raise ValueError(
            'expected one label map for each source and at least one source, '
            f'got {len(sources)} sources and {len(labels)} label maps'
        )
    h, w = target.shape[-2:]
    # Cells last, so that the rows of a window are contiguous.
    keys = torch.stack([source.permute(1, 2, 0) for source in sources])
    keys = F.normalize(keys, dim=-1)
    values = torch.stack(list(labels), dim=1)
    queries = F.normalize(target, dim=0).permute(1, 2, 0)
    result = values.new_empty((len(values), h, w))
    for y in range(0, h, _BLOCK):
        for x in range(0, w, _BLOCK):
            rows, seen_rows, near_rows = _window(y, h, radius)
            columns, seen_columns, near_columns = _window(x, w, radius)
            block = queries[rows, columns]
            likeness = _compare(
                block,
                keys[:, seen_rows, seen_columns],
                near_rows[:, None, :, None] & near_columns[:, None],
            )
            mixed = _mix(
                likeness,
                values[:, :, seen_rows, seen_columns].flatten(1),
                top_k,
                temperature,
            )
            result[:, rows, columns] = mixed.unflatten(1, block.shape[:2])
    return result


def _compare(block: Tensor, window: Tensor, near: Tensor) -> Tensor:
    """Likeness (N, M) of a block's cells to all of a window, far ones -inf.

    Args:
        block: (m, n, C) features of the target, N = m * n.
        window: (S, i, j, C) features of the sources, M = S * i * j.
        near: (m, n, i, j) bool, which cells count.
    """
    likeness = block.flatten(0, 1) @ window.flatten(0, 2).mT
    far = ~near.flatten(2).flatten(0, 1)[:, None].to(likeness.device)
    by_source = likeness.unflatten(1, (len(window), -1))
    by_source.masked_fill_(far, -torch.inf)
    return likeness


def _window(start: int, length: int,
            radius: int) -> tuple[slice, slice, Tensor]:
    """A block along one axis, what it sees, and who sees what of it (bool)."""
    stop = min(start + _BLOCK, length)
    first, last = max(0, start - radius), min(length, stop + radius)
    distance = torch.arange(start, stop)[:, None] - torch.arange(first, last)
    return slice(start, stop), slice(first, last), distance.abs() <= radius


def _mix(
    likeness: Tensor, values: Tensor, top_k: int, temperature: float
) -> Tensor:
    """Average values (L, M) by likeness (N, M); (L, N)."""
    num = min(top_k + 1, likeness.shape[1])
    best, index = likeness.topk(num, dim=1)
    kept = min(top_k, num) - 1
    last = best[:, kept:kept + 1]
    # exp(x - max) cancels in the quotient.
    if (best[:, top_k:] < last).all():
        best, index = best[:, :top_k], index[:, :top_k]
        weights = ((best - best[:, :1]) / temperature).exp()
        mixed = (values[:, index] * weights).sum(dim=-1)
    else:  # as many as are equal
        weights = ((likeness - best[:, :1]) / temperature).exp()
        weights = weights * (likeness >= last)
        mixed = values @ weights.mT
    return mixed / weights.sum(dim=1)
