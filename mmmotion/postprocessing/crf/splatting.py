"""Products with the sparse matrix between pixels and lattice points.

The matrix has one row per pixel with d + 1 weights. Its transpose spreads
values of pixels over lattice points ("splat"), the matrix itself reads them
back ("slice").
"""

from collections.abc import Callable

import torch
from scipy.sparse import csr_array
from torch import Tensor

Splatting = tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]
"""Splat (P,) -> (M,) and slice (M,) -> (P,)."""


def scipy_splatting(
    vertices: Tensor, weights: Tensor, num_points: int
) -> Splatting:
    """Splat and slice on one core of the CPU, always in the same order.

    Args:
        vertices: (P, d + 1) int32 lattice points of each pixel.
        weights: (P, d + 1) their weights.
        num_points: Number M of lattice points.
    """
    num_pixels, count = vertices.shape
    ends = torch.arange(0, num_pixels * count + 1, count, dtype=vertices.dtype)
    matrix = csr_array(
        (weights.flatten().numpy(), vertices.flatten().numpy(), ends.numpy()),
        shape=(num_pixels, num_points),
    )
    transposed = matrix.T
    return (
        lambda values: torch.from_numpy(transposed @ values.numpy()),
        lambda values: torch.from_numpy(matrix @ values.numpy()),
    )


def torch_splatting(
    vertices: Tensor, weights: Tensor, num_points: int
) -> Splatting:
    """Splat and slice on any device.

    On a GPU the order of the sums, and with it the last digits, may change
    from call to call unless ``torch.use_deterministic_algorithms`` is set.

    Args:
        vertices: (P, d + 1) int32 or int64 lattice points of each pixel.
        weights: (P, d + 1) their weights.
        num_points: Number M of lattice points.
    """
    flat = vertices.flatten()

    def splat(values: Tensor) -> Tensor:
        """(P,) values of the pixels to (M,) sums at the points."""
        shares = (weights * values[:, None]).flatten()
        return values.new_zeros(num_points).index_add_(0, flat, shares)

    def read(values: Tensor) -> Tensor:
        """(M,) values of the points to (P,) at the pixels."""
        found = values.index_select(0, flat).view_as(weights)
        return (found * weights).sum(dim=1)

    return splat, read
