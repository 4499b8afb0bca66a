"""Sums with Gaussian weights over all pairs of points, without shortcuts."""

import torch
from torch import Tensor

_ROWS = 512


class ExactKernel:
    """Compute sums with Gaussian weights over scattered points.

    Calling it with values v returns ``sum_j exp(-|f_i - f_j|^2 / 2) v_j`` for
    every point i, itself included. Time and memory grow with the square of
    the number of points: it serves small images, and as the measure of
    ``PermutohedralLattice``.

    Args:
        features: (B, d, N) positions in units of the Gaussian's deviation.
            Points of different samples do not see one another.

    Raises:
        ValueError: If the features have another shape.
    """

    def __init__(self, features: Tensor) -> None:
        if features.ndim != 3:
            raise ValueError(
                f'expected features (B, d, N), got {tuple(features.shape)}'
            )
        points = features.transpose(1, 2)
        size = points.shape[1]
        self._kernel = points.new_empty(len(points), size, size)
        for start in range(0, size, _ROWS):
            rows = slice(start, start + _ROWS)
            # The form that subtracts squares loses digits for near points.
            distance = torch.cdist(
                points[:, rows],
                points,
                compute_mode='donot_use_mm_for_euclid_dist',
            )
            self._kernel[:, rows] = distance.square_().mul_(-0.5).exp_()

    def __call__(self, values: Tensor) -> Tensor:
        """Filter some channels.

        Args:
            values: (C, B * N) values, points in the order of the features.

        Returns:
            (C, B * N) filtered values.
        """
        samples = values.unflatten(1, self._kernel.shape[:2]).permute(1, 2, 0)
        return torch.bmm(self._kernel, samples).permute(2, 0, 1).flatten(1)
