"""Choice of regions by ground truth: upper bounds, never a result.

Whatever is scored with these functions has to carry ``oracle`` in its name.
"""

from typing import NamedTuple

import numpy as np

from .hard_masks import check_masks
from .jaccard import jaccard

MAX_REGIONS = 12


class OracleChoice(NamedTuple):
    """What the annotation picked in one frame.

    Attributes:
        regions: Indices of the regions that make the foreground.
        mask: (H, W) bool foreground.
        score: Region similarity J of that foreground.
    """

    regions: tuple[int, ...]
    mask: np.ndarray
    score: float


def oracle_side(
    foreground: np.ndarray, annotation: np.ndarray
) -> OracleChoice:
    """Choose between a mask and its complement.

    This is how GWM's released evaluation decides which of two groups is the
    object.

    Args:
        foreground: (H, W) bool predicted foreground.
        annotation: (H, W) bool annotated foreground.

    Returns:
        The better side; index 1 is the prediction, 0 its complement. The
        prediction wins a tie.
    """
    check_masks(foreground, annotation)
    sides = [
        OracleChoice((index, ), mask, jaccard(mask, annotation))
        for index, mask in ((1, foreground), (0, ~foreground))
    ]
    return max(sides, key=lambda choice: choice.score)


def oracle_region(
    regions: np.ndarray,
    annotation: np.ndarray,
    threshold: float = 0.5
) -> OracleChoice:
    """Choose the single best region.

    This is how MG scores its slots and AMD its channels.

    Args:
        regions: (K, H, W) soft regions in [0, 1].
        annotation: (H, W) bool annotated foreground.
        threshold: A pixel belongs to a region strictly above it.

    Returns:
        The best region, the first one on ties.

    Raises:
        ValueError: If there is no region or the sizes differ.
    """
    _check_regions(regions, annotation)
    choices = [
        _score((index, ), region > threshold, annotation)
        for index, region in enumerate(regions)
    ]
    return max(choices, key=lambda choice: choice.score)


def oracle_assignment(
    regions: np.ndarray,
    annotation: np.ndarray,
    threshold: float = 0.5
) -> OracleChoice:
    """Choose the best union of regions.

    All ``2**K - 2`` non-empty proper subsets are tried: the soft regions of a
    subset are added, thresholded and compared with the annotation.

    Args:
        regions: (K, H, W) soft regions in [0, 1].
        annotation: (H, W) bool annotated foreground.
        threshold: A pixel belongs to a sum of regions strictly above it.

    Returns:
        The best subset, on ties the first in the order of binary numbers
        whose lowest bit stands for region 0.

    Raises:
        ValueError: If there are fewer than two or more than twelve regions,
            or the sizes differ.
    """
    _check_regions(regions, annotation)
    num = len(regions)
    if not 2 <= num <= MAX_REGIONS:
        raise ValueError(
            f'expected 2 to {MAX_REGIONS} regions to enumerate the subsets '
            f'of, got {num}'
        )
    best = None
    for subset in range(1, 2**num - 1):
        members = tuple(k for k in range(num) if subset >> k & 1)
        mask = regions[list(members)].sum(axis=0) > threshold
        choice = _score(members, mask, annotation)
        if best is None or choice.score > best.score:
            best = choice
    assert best is not None
    return best


def _score(
    members: tuple[int, ...], mask: np.ndarray, annotation: np.ndarray
) -> OracleChoice:
    return OracleChoice(members, mask, jaccard(mask, annotation))


def _check_regions(regions: np.ndarray, annotation: np.ndarray) -> None:
    if regions.ndim != 3 or len(regions) == 0:
        raise ValueError(
            f'expected regions of shape (K, H, W), got {regions.shape}'
        )
    check_masks(annotation, annotation)
    if regions.shape[1:] != annotation.shape:
        raise ValueError(
            f'regions are {regions.shape[1:]} but the annotation is '
            f'{annotation.shape}; resize the regions first'
        )
