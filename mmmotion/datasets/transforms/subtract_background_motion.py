"""Removal of the motion that the camera causes."""

import torch
from mmcv.transforms import BaseTransform

from mmmotion.flow.background import fit_background
from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class SubtractBackgroundMotion(BaseTransform):
    """Keep of every flow what a robust fit of the background leaves.

    The fit costs time in proportion to the pixels: resize first.

    Required Keys:
        flows

    Changed Keys:
        flows: In pixels of the array, as before.

    Args:
        degree: 0 constant, 1 affine, 2 quadratic.
        num_iters: Number of re-weighted fits per degree, see
            :func:`mmmotion.flow.fit_background`.
    """

    def __init__(self, degree: int = 2, num_iters: int = 4) -> None:
        if degree not in (0, 1, 2):
            raise ValueError(f'expected degree 0, 1 or 2, got {degree}')
        self.degree = degree
        self.num_iters = num_iters

    def transform(self, results: dict) -> dict:
        """Subtract the background from the flows."""
        flows = torch.from_numpy(results['flows']).permute(0, 3, 1, 2)
        fit = fit_background(flows, self.degree, self.num_iters)
        residual = fit.residual.permute(0, 2, 3, 1).contiguous()
        results['flows'] = residual.numpy()
        return results
