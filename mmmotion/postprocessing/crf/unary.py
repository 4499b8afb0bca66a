"""What masks say about the label of each pixel, before any neighbours."""

import torch
from torch import Tensor


def mask_unary(masks: Tensor, scale: float = 0.8, eps: float = 1e-6) -> Tensor:
    """Energies of background and object from one soft mask.

    The mask is divided by ``scale``, rounded down to 8 bits, and divided by
    its largest value, so that the strongest pixel is certain. A mask that is
    0 everywhere stays so.

    Source: the release of RCF (Lian et al., CVPR 2023), which uses a scale of
    0.8 for post-processing and 0.7 or 0.5 for refinement.

    Args:
        masks: (..., H, W) soft masks in [0, 1].
        scale: Value from which on a pixel counts as certain, in (0, 1].
        eps: Least probability of a label.

    Returns:
        (..., 2, H, W) energies, background first, in the masks' type.

    Raises:
        ValueError: If the scale is not in (0, 1].
    """
    if not 0 < scale <= 1:
        raise ValueError(f'scale must be in (0, 1], got {scale}')
    levels = (255 * masks.double() / scale).clamp(max=255).floor()
    largest = levels.amax(dim=(-2, -1), keepdim=True) + 1e-8
    probability = (levels / largest).clamp(eps, 1 - eps)
    energies = torch.stack([1 - probability, probability], dim=-3).log().neg()
    return energies.to(masks.dtype)


def probability_unary(masks: Tensor, eps: float = 1e-6) -> Tensor:
    """Energies of labels from their probabilities.

    Args:
        masks: (..., K, H, W) soft masks in [0, 1] that add up to 1.
        eps: Least probability of a label.

    Returns:
        (..., K, H, W) negative logarithms.
    """
    return masks.clamp(min=eps).log().neg()
