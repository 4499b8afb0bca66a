"""The regions of one frame that may be objects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .frame_motion import FrameMotion
from .mask_shapes import components, count_pixels, distance_to
from .motion_split import split_by_motion
from .share_out import Expectation, share_out

# An object is expected in a region that holds this share of where it should
# be; one that was not seen before needs this share of its area to be there.
_MIN_OVERLAP = 0.3
_MIN_SEEN = 0.1
_MIN_RETURN = 0.4


@dataclass
class Region:
    """A part of one frame.

    Attributes:
        mask: (h, w) bool, not empty.
        group: Index of the group that it comes from.
        expected: Number of the object that it was cut out for, or None.
    """

    mask: np.ndarray
    group: int = 1
    expected: int | None = None


def regions_of_groups(groups: np.ndarray, min_area: int) -> list[Region]:
    """Take every group for a region, without its small parts.

    Args:
        groups: (h, w) index of the group of each pixel, 0 background.
        min_area: Least number of pixels of a connected part.
    """
    regions = []
    for group in range(1, int(groups.max(initial=0)) + 1):
        parts = components(groups == group, min_area)
        if parts:
            regions.append(Region(np.logical_or.reduce(parts), group))
    return regions


def regions_of_foreground(
    foreground: np.ndarray,
    motion: FrameMotion | None,
    expected: Mapping[int, Expectation],
    min_area: int,
) -> list[Region]:
    """Divide a foreground by connectivity, by what is known, and by motion.

    Every connected part is shared out among the objects that are expected in
    it, and what each gets is divided if it does not move as one.

    Args:
        foreground: (h, w) bool.
        motion: Motion of the frame, if known.
        expected: The known objects by number.
        min_area: Least number of pixels of a region.
    """
    regions = []
    for component in components(foreground, min_area):
        for region in _share(component, motion, expected, min_area):
            masks = [region.mask]
            if motion is not None:
                masks = split_by_motion(
                    motion.residual, region.mask, motion.threshold, min_area
                )
            regions += [
                Region(mask, expected=region.expected) for mask in masks
            ]
    return regions


def _share(
    component: np.ndarray,
    motion: FrameMotion | None,
    expected: Mapping[int, Expectation],
    min_area: int,
) -> list[Region]:
    """Share a connected part out among the objects expected in it."""
    present = {
        number: one
        for number, one in expected.items()
        if _overlap(one.mask, component) > _MIN_OVERLAP
    }
    while len(present) > 1:
        parts = share_out(component, list(present.values()), motion)
        small = [
            number for (number, one), part in zip(present.items(), parts)
            if count_pixels(part) < _least_area(one, min_area)
        ]
        if not small:
            return _whole_regions(
                component, dict(zip(present, parts)), min_area
            )
        # The one that is missing most gives way, then all are asked again.
        del present[max(small, key=lambda number: present[number].num_missed)]
    return [Region(component, expected=next(iter(present), None))]


def _overlap(mask: np.ndarray, component: np.ndarray) -> float:
    """Share of a mask that lies in a connected part; 0 if it is empty."""
    return count_pixels(mask & component) / max(1, count_pixels(mask))


def _least_area(one: Expectation, min_area: int) -> float:
    share = _MIN_RETURN if one.num_missed else _MIN_SEEN
    return max(min_area, share * count_pixels(one.mask))


def _whole_regions(
    component: np.ndarray, parts: dict[int, np.ndarray], min_area: int
) -> list[Region]:
    """Give splinters of the parts to the nearest part that is compact."""
    cores = {}
    for number, part in parts.items():
        pieces = components(part, min_area)
        cores[number] = np.logical_or.reduce([np.zeros_like(part), *pieces])
    numbers = [number for number, core in cores.items() if core.any()]
    if not numbers:
        return [Region(component)]
    distances = np.stack([distance_to(cores[number]) for number in numbers])
    nearest = distances.argmin(axis=0)
    return [
        Region(component & (nearest == i), expected=number)
        for i, number in enumerate(numbers)
    ]
