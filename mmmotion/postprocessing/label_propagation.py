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
    radius = min(radius, max(h, w) - 1)
    keys = _rows_first(sources)
    keys = keys.div_(keys.norm(dim=-1, keepdim=True).clamp_(min=1e-12))
    values = _rows_first(labels)
    queries = F.normalize(target, dim=0).permute(1, 2, 0)
    result = values.new_empty((h, w, values.shape[-1]))
    for start in range(0, w, _BLOCK):
        columns, seen, far = _columns(start, w, radius, keys)
        likeness = _compare(
            queries[:, columns].contiguous(),
            keys[:, :, seen].contiguous(),
            far,
            radius,
        )
        result[:, columns] = _mix(
            likeness, values[:, :, seen], top_k, temperature
        )
    return result.permute(2, 0, 1)


def _rows_first(maps: Sequence[Tensor]) -> Tensor:
    """Stack S maps (C, h, w) to (h, S, w, C), one matrix for each row."""
    return torch.stack([each.permute(1, 2, 0) for each in maps], dim=1)


def _columns(start: int, width: int, radius: int,
             like: Tensor) -> tuple[slice, slice, Tensor]:
    """Some columns, those that they see, and which of these each sees.

    The last is 0 where a column (n) sees another (W), else -inf; (n, 1, W).
    """
    columns = slice(start, start + _BLOCK)
    seen = slice(max(0, start - radius), start + _BLOCK + radius)
    index = torch.arange(width, device=like.device)
    distance = index[columns, None] - index[seen]
    far = like.new_zeros(distance.shape)
    far.masked_fill_(distance.abs() > radius, -torch.inf)
    return columns, seen, far[:, None]


def _compare(
    block: Tensor, window: Tensor, far: Tensor, radius: int
) -> Tensor:
    """Likeness of all cells in some columns to those that they see.

    Args:
        block: (h, n, C) features of the target in n columns.
        window: (h, S, W, C) features of the sources in the columns that these
            see.
        far: (n, 1, W) what is added to the likeness of columns.
        radius: Half the side of the square.

    Returns:
        (h, n, R, S, W) likeness to the cells of R = 2 * radius + 1 rows, the
        middle one that of the cell itself; -inf where there is no cell.
    """
    h, n = block.shape[:2]
    num_rows = 2 * radius + 1
    # By row of the sources first: all cells that see a row are compared with
    # it at once, and no others.
    likeness = block.new_full(
        (h + 2 * radius, num_rows, n, *window.shape[1:3]), -torch.inf
    )
    for y, row in enumerate(window.flatten(1, 2)):
        first, last = max(0, y - radius), min(h, y + radius + 1)
        found = likeness[y + radius, first - y + radius:last - y + radius]
        torch.mm(
            block[first:last].flatten(0, 1),
            row.mT,
            out=found.view(-1, len(row)),
        )
        found += far
    strides = likeness.stride()
    # Element (y, j) is that of row y + j and of the cell 2 * radius - j.
    by_cell = likeness.as_strided(
        (h, *likeness.shape[1:]),
        (strides[0], strides[0] - strides[1], *strides[2:]),
        2 * radius * strides[1],
    )
    return by_cell.transpose(1, 2)


def _mix(
    likeness: Tensor, values: Tensor, top_k: int, temperature: float
) -> Tensor:
    """Average values (h, S, W, L) by likeness (h, n, R, S, W); (h, n, L)."""
    h, n, num_rows, num_sources, width = likeness.shape
    device = likeness.device
    y = torch.arange(h, device=device)[:, None, None]
    x = torch.arange(n, device=device)[:, None]
    # The best cells lie in those stretches of a row whose best are the best.
    best_of = likeness.amax(dim=-1).flatten(2)
    stretch = best_of.topk(min(top_k + 1, best_of.shape[2]), dim=2).indices
    row, source = stretch // num_sources, stretch % num_sources
    found = likeness[y, x, row, source].flatten(2)
    best, index = found.topk(min(top_k + 1, found.shape[2]), dim=2)
    kept = min(top_k, best.shape[2])
    last = best[:, :, kept - 1:kept]
    is_tied = (best[:, :, top_k:] == last) & last.isfinite()
    best, index = best[:, :, :kept], index[:, :, :kept]
    row = row.gather(2, index // width) + y - num_rows // 2
    source = source.gather(2, index // width)
    # exp(x - max) cancels in the quotient.
    weights = ((best - best[:, :, :1]) / temperature).exp()[..., None]
    chosen = values[row.clamp(0, h - 1), source, index % width]
    mixed = (chosen * weights).sum(dim=2) / weights.sum(dim=2)
    if is_tied.any():
        y, x = is_tied.any(dim=2).nonzero(as_tuple=True)
        mixed[
            y,
            x] = _mix_tied(likeness[y, x], values, y, last[y, x], temperature)
    return mixed


def _mix_tied(
    likeness: Tensor,
    values: Tensor,
    y: Tensor,
    last: Tensor,
    temperature: float,
) -> Tensor:
    """Average over as many cells as are as alike as the last that counts.

    Args:
        likeness: (N, R, S, W) of some cells.
        values: (h, S, W, L).
        y: (N,) rows of the cells.
        last: (N, 1) least likeness that counts.
        temperature: Divides the likeness.

    Returns:
        (N, L) mean values.
    """
    num_rows = likeness.shape[1]
    rows = torch.arange(num_rows, device=y.device) - num_rows // 2
    rows = (y[:, None] + rows).clamp(0, len(values) - 1)
    flat = likeness.flatten(1)
    weights = ((flat - flat.amax(dim=1, keepdim=True)) / temperature).exp()
    weights = weights * (flat >= last)
    mixed = torch.einsum('nm,nml->nl', weights, values[rows].flatten(1, 3))
    return mixed / weights.sum(dim=1, keepdim=True)
