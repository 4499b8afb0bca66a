"""Two groups out of K soft segments by spectral clustering of features.

Source: Choudhury et al., "Guess What Moves", BMVC 2022, Section 3.3; the
released code calls scikit-learn's spectral clustering. With two clusters the
first eigenvector is constant after the division by the square root of the
degree, so that k-means has one dimension, where the best split is found
exactly.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

_MIN_WEIGHT = 1e-12
_MIN_NORM = 1e-6


def segment_descriptors(features: Tensor, masks: Tensor) -> Tensor:
    """Average the features inside every soft segment.

    Features of another size count as if they were enlarged (bilinear, half-
    pixel centres) to that of the masks. Instead of the many channels the few
    masks are resized, by the transpose of that interpolation, which gives the
    same sums.

    Args:
        features: (C, h', w') features, usually on a coarser grid.
        masks: (K, h, w) soft masks in [0, 1].

    Returns:
        (K, C) weighted means; zeros for a segment without mass.
    """
    rows, columns = (
        _interpolation(features.shape[axis], masks.shape[axis], masks)
        for axis in (-2, -1)
    )
    weights = rows @ masks @ columns.T
    sums = weights.flatten(1) @ features.to(masks.dtype).flatten(1).T
    mass = masks.flatten(1).sum(dim=1, keepdim=True)
    return sums / mass.clamp(min=_MIN_WEIGHT)


def _interpolation(count: int, new_count: int, like: Tensor) -> Tensor:
    """(count, new_count) share of each old pixel in each new one."""
    identity = torch.eye(count, dtype=like.dtype, device=like.device)
    if count == new_count:
        return identity
    return F.interpolate(
        identity[None], size=new_count, mode='linear', align_corners=False
    )[0]


def segment_affinity(descriptors: Tensor, floor: float = 1e-6) -> Tensor:
    """Cosine similarity of all pairs of segments, limited from below.

    Args:
        descriptors: (K, C) features of the segments.
        floor: Smallest affinity: 1e-6 in the released code, 1e-12 in the
            paper.

    Returns:
        (K, K) affinities in [floor, 1].
    """
    directions = F.normalize(descriptors, dim=1, eps=_MIN_NORM)
    return (directions @ directions.T).clamp(min=floor)


def spectral_bipartition(affinity: Tensor) -> Tensor:
    """Split nodes into two groups with a small normalised cut.

    Args:
        affinity: (K, K) symmetric positive affinities; the diagonal is
            ignored.

    Returns:
        (K,) int64 labels 0 and 1; the first node has label 0.

    Raises:
        ValueError: If the matrix is not square.
    """
    if affinity.ndim != 2 or affinity.shape[0] != affinity.shape[1]:
        raise ValueError(
            f'affinity must be (K, K), got {tuple(affinity.shape)}'
        )
    if len(affinity) < 2:
        return torch.zeros(
            len(affinity), dtype=torch.int64, device=affinity.device
        )
    graph = affinity.double()
    graph = graph - torch.diag(torch.diag(graph))
    scale = graph.sum(dim=1).clamp(min=torch.finfo(graph.dtype).tiny).rsqrt()
    normalised = scale[:, None] * graph * scale
    # The second smallest eigenvector of the Laplacian I - normalised.
    coordinate = torch.linalg.eigh(normalised).eigenvectors[:, -2] * scale
    labels = _two_means(coordinate)
    return labels ^ labels[0]


def _two_means(values: Tensor) -> Tensor:
    """Labels of the split with the least squared distance to the means."""
    ordered, order = values.sort()
    count = torch.arange(1, len(values), device=values.device)
    below = ordered.cumsum(dim=0)[:-1]
    above = ordered.sum() - below
    # Least within-group squares is largest between-group squares.
    between = below**2 / count + above**2 / (len(values) - count)
    labels = torch.ones_like(order)
    labels[order[:int(between.argmax()) + 1]] = 0
    return labels


def spectral_merge(
    features: Tensor,
    masks: Tensor,
    floor: float = 1e-6,
    min_mass: float = 1e-6,
) -> tuple[Tensor, Tensor]:
    """Merge K soft segments into two groups of similar features.

    Args:
        features: (C, h', w') features, see :func:`segment_descriptors`.
        masks: (K, h, w) soft masks in [0, 1].
        floor: Smallest affinity, see :func:`segment_affinity`.
        min_mass: Segments with a smaller share of the image do not take part
            and join the larger group. The released code has no such limit
            (0): a segment without mass becomes a group of its own, and
            everything else the other.

    Returns:
        (2, h, w) sums of the members' masks, and the (K,) int64 labels 0 and
        1 of the segments. The segment with most mass is in group 0, so that
        the groups of a video hardly swap, whatever an all but empty segment
        joins. If fewer than two segments take part, all are in group 0.
    """
    descriptors = segment_descriptors(features, masks)
    mass = masks.flatten(1).mean(dim=1)
    takes_part = mass >= min_mass
    affinity = segment_affinity(descriptors[takes_part], floor)
    members = spectral_bipartition(affinity)
    upper = mass[takes_part][members == 1].sum()
    larger = int(upper > mass[takes_part][members == 0].sum())
    labels = torch.full_like(takes_part, larger, dtype=torch.int64)
    labels[takes_part] = members
    labels = labels ^ labels[mass.argmax()]
    groups = [masks[labels == group].sum(dim=0) for group in (0, 1)]
    return torch.stack(groups), labels
