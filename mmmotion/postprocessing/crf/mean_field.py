"""Mean-field inference in a fully connected CRF."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Kernel = Callable[[Tensor], Tensor]
"""Filter of (C, P) values, one channel per row."""

NORMALIZATIONS = ('symmetric', 'after')
"""What :func:`normalize` knows."""


def normalize(kernel: Kernel, like: Tensor, normalization: str) -> Kernel:
    """Make the weights of a kernel independent of how dense the points lie.

    Args:
        kernel: K, a filter with positive weights.
        like: (C, P) values of the type, device and size to come.
        normalization: With D the sums of the rows of K, ``'symmetric'``
            filters with ``D^-1/2 K D^-1/2`` and ``'after'`` with ``D^-1 K``.

    Returns:
        The normalised filter.

    Raises:
        ValueError: If the normalisation is unknown.
    """
    check_normalization(normalization)
    degree = kernel(torch.ones_like(like[:1]))
    if normalization == 'after':
        return lambda values: kernel(values) / degree
    root = degree.rsqrt()
    return lambda values: kernel(values * root) * root


def check_normalization(normalization: str) -> None:
    """Raise ValueError if the normalisation is unknown."""
    if normalization not in NORMALIZATIONS:
        raise ValueError(
            f'normalization must be one of {NORMALIZATIONS}, got '
            f'{normalization!r}'
        )


def mean_field(
    unary: Tensor,
    kernels: Sequence[Kernel],
    weights: Sequence[float],
    num_iters: int,
) -> Tensor:
    """Approximate the marginals of the labels, Potts compatibility.

    With energies U and normalised kernels K_m, ``Q = softmax(-U)`` is
    followed by ``Q = softmax(-U + sum_m w_m K_m Q)``, the self term included.

    A softmax depends only on differences, and filters are linear: only the
    L - 1 differences to the last label are filtered.

    Source: Krähenbühl and Koltun, "Efficient Inference in Fully Connected
    CRFs with Gaussian Edge Potentials", NeurIPS 2011, Algorithm 1.

    Args:
        unary: (L, P) energies of L >= 2 labels.
        kernels: Normalised kernels.
        weights: Their weights.
        num_iters: Number of updates.

    Returns:
        (L, P) probabilities that add up to 1.
    """
    unary_contrast = unary[-1:] - unary[:-1]
    contrast = unary_contrast
    for _ in range(num_iters):
        beliefs = _belief_contrast(contrast)
        contrast = unary_contrast.clone()
        for kernel, weight in zip(kernels, weights, strict=True):
            contrast.add_(kernel(beliefs), alpha=weight)
    return _probabilities(contrast)


def _probabilities(contrast: Tensor) -> Tensor:
    """(L, P) softmax of (L - 1, P) logits above that of the last label."""
    if len(contrast) == 1:
        first = contrast.sigmoid()
        return torch.cat([first, 1 - first])
    return torch.cat([contrast, torch.zeros_like(contrast[:1])]).softmax(dim=0)


def _belief_contrast(contrast: Tensor) -> Tensor:
    """(L - 1, P) probabilities minus that of the last label."""
    if len(contrast) == 1:
        return contrast.sigmoid().mul_(2).sub_(1)
    beliefs = _probabilities(contrast)
    return beliefs[:-1] - beliefs[-1:]
