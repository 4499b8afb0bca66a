"""Refinement of label probabilities by the colours of an image."""

import torch
from torch import Tensor

from .exact_kernel import ExactKernel
from .mean_field import mean_field, normalize
from .parameters import CRFParameters
from .permutohedral import PermutohedralLattice


def position_features(image: Tensor, sigma: float) -> Tensor:
    """Pixel coordinates in units of a deviation.

    Args:
        image: (B, C, H, W), whose size, type and device are taken.
        sigma: Deviation in pixels.

    Returns:
        (B, 2, H * W) column and row.
    """
    h, w = image.shape[-2:]
    row = torch.arange(h, dtype=image.dtype, device=image.device) / sigma
    column = torch.arange(w, dtype=image.dtype, device=image.device) / sigma
    grid = torch.stack([column.expand(h, w), row[:, None].expand(h, w)])
    return grid.flatten(1).expand(len(image), -1, -1)


def bilateral_features(
    image: Tensor, spatial_sigma: float, color_sigma: float
) -> Tensor:
    """Pixel coordinates and colours in units of their deviations.

    Args:
        image: (B, 3, H, W) floating-point RGB in 0..255.
        spatial_sigma: Deviation of the position in pixels.
        color_sigma: Deviation of each colour channel.

    Returns:
        (B, 5, H * W) column, row, R, G, B.
    """
    position = position_features(image, spatial_sigma)
    return torch.cat([position, image.flatten(2) / color_sigma], dim=1)


@torch.no_grad()
def dense_crf(
    unary: Tensor,
    image: Tensor,
    parameters: CRFParameters | None = None,
    exact: bool = False,
) -> Tensor:
    """Let pixels that are near and of like colour agree on a label.

    A fully connected CRF with Potts compatibility and up to two kernels: the
    bilateral one compares position and colour, the Gaussian one position.

    Source: Krähenbühl and Koltun, "Efficient Inference in Fully Connected
    CRFs with Gaussian Edge Potentials", NeurIPS 2011.

    Args:
        unary: (B, L, H, W) energies of L >= 2 labels. The lattice works in
            float32, the exact sum in the type of the energies.
        image: (B, 3, H, W) RGB in 0..255.
        parameters: Kernels and length of the inference; None takes the
            defaults.
        exact: Whether to sum over all pairs of pixels, which takes
            (H * W)^2 numbers per image, instead of a permutohedral lattice.

    Returns:
        (B, L, H, W) probabilities that add up to 1.

    Raises:
        ValueError: If shapes do not fit, an energy is NaN, or the deviations
            are too small for a lattice.
    """
    _check(unary, image)
    parameters = parameters or CRFParameters()
    if not exact:
        unary = unary.float()
    # On a CPU one frame at a time stays in the cache.
    step = 1 if unary.is_cpu else len(unary)
    batches = zip(unary.split(step), image.to(unary.dtype).split(step))
    return torch.cat([
        _infer(energies, frames, parameters, exact)
        for energies, frames in batches
    ])


def _infer(
    unary: Tensor, image: Tensor, parameters: CRFParameters, exact: bool
) -> Tensor:
    """Solve all frames at once."""
    features, weights = [], []
    if parameters.bilateral_weight:
        weights.append(parameters.bilateral_weight)
        features.append(
            bilateral_features(
                image, parameters.spatial_sigma, parameters.color_sigma
            )
        )
    if parameters.gaussian_weight:
        weights.append(parameters.gaussian_weight)
        features.append(position_features(image, parameters.gaussian_sigma))
    flat = unary.transpose(0, 1).flatten(1)
    kernel = ExactKernel if exact else PermutohedralLattice
    kernels = [
        normalize(kernel(points), flat, parameters.normalization)
        for points in features
    ]
    labels = mean_field(flat, kernels, weights, parameters.num_iters)
    return labels.unflatten(1, (len(image), *image.shape[-2:])).transpose(0, 1)


def _check(unary: Tensor, image: Tensor) -> None:
    if unary.ndim != 4 or unary.shape[1] < 2:
        raise ValueError(
            'expected unary (B, L, H, W) with L >= 2 labels, got '
            f'{tuple(unary.shape)}'
        )
    expected = (len(unary), 3, *unary.shape[-2:])
    if tuple(image.shape) != expected:
        raise ValueError(
            f'expected an image {expected} for unary {tuple(unary.shape)}, '
            f'got {tuple(image.shape)}'
        )
    if torch.isnan(unary).any():
        raise ValueError('expected energies (unary) that are numbers, got NaN')
