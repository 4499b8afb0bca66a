"""Objects of a video, told apart and followed frame by frame."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow import resize_flow_tensor

from .association import link
from .frame_motion import FrameMotion, PictureEvidence, measure_motion
from .mask_shapes import count_pixels, distance_to
from .motion_split import motion_tolerance
from .object_summary import ObjectSummary, summarise
from .pair_history import Pair, PairHistory, observe_pairs
from .regions import Region, regions_of_foreground, regions_of_groups
from .trace import Trace
from .work_grid import WorkGrid

_MIN_AREA = 0.001
_MAX_REGIONS = 20
_MAX_ENDED = 200
_MIN_FRAMES = 3
_NEAR = 0.25
_INSIDE = 0.5


class _Unjudged(NamedTuple):
    """A frame whose objects are judged when the next frame is there."""

    motion: FrameMotion
    image: np.ndarray
    masks: dict[int, np.ndarray]


class ObjectTracker:
    """Gives every moving object of a video its own number.

    One pass over the frames: :meth:`update` returns provisional numbers,
    :meth:`finish` says what they are in the end. Provisional ones are
    cautious: what might be two objects gets two numbers, because numbers can
    be joined in the end, when all frames have spoken, and not divided.

    A foreground is divided into its connected parts, those into the objects
    that are expected there (where they were, moved by the flow; how they moved
    last), and those again where one affine motion does not explain the flow.
    Regions are linked to those of the frames before by optimal assignment; a
    region that is not seen is waited for, where it would be if it went on and
    where it would be if it rested. More than one group of a model are taken
    as they are, each as one region.

    Memory does not grow with the length of the video, but for one number per
    provisional number in the result.

    Args:
        num_objects: Most objects to keep, or ``'auto'``.
        moving_only: Whether objects that stand still are dropped.
        max_missed: Frames for which an unseen object is waited for.
        max_side: Longest side of the grid on which it works; masks and flow
            that are larger are reduced to it.

    Raises:
        ValueError: If a setting is out of its range.
    """

    def __init__(
        self,
        num_objects: int | str = 'auto',
        moving_only: bool = False,
        max_missed: int = 10,
        max_side: int = 256,
    ) -> None:
        is_number = isinstance(num_objects, int) and num_objects >= 1
        if num_objects != 'auto' and not is_number:
            raise ValueError(
                "num_objects must be 'auto' or at least 1, got "
                f'{num_objects!r}'
            )
        if max_missed < 0 or max_side < 16:
            raise ValueError(
                'expected max_missed of at least 0 and max_side of at least '
                f'16, got {max_missed} and {max_side}'
            )
        self.num_objects = None if num_objects == 'auto' else int(num_objects)
        self.moving_only = moving_only
        self.max_missed = max_missed
        self.max_side = max_side
        self._live: dict[int, Trace] = {}
        self._ended: dict[int, Trace] = {}
        self._forgotten: dict[int, int] = {}
        self._grid: WorkGrid | None = None
        self._unjudged: _Unjudged | None = None
        self._pairs: dict[Pair, PairHistory] = {}
        self._num_frames = 0
        self._has_flow = False
        self._next = 1

    def update(
        self,
        groups: Tensor,
        flow: Tensor | None = None,
        frame: np.ndarray | None = None,
    ) -> Tensor:
        """Number the objects of the next frame.

        Args:
            groups: (K, h, w) soft masks in [0, 1], the background first, or
                the foreground (h, w) or (1, h, w) alone. With two groups the
                second is the foreground; with more each is a region.
            flow: (2, h', w') flow to the next frame, in pixels of that size,
                or None where there is none.
            frame: (H, W, 3) uint8 RGB of any size. With frames what moves is
                judged by the pictures too, which tells errors of the flow
                from motion; without, by the flow alone.

        Returns:
            (h, w) int32, 0 background, else provisional numbers from 1 on,
            which may grow beyond any number of objects.

        Raises:
            ValueError: If a shape is not as above, or not that of the frames
                before.
        """
        labels = decide_groups(groups)
        if self._grid is None:
            self._grid = WorkGrid(labels.shape, self.max_side)
        grid = self._grid
        image = None if frame is None else grid.shrink_frame(frame)
        self._judge(image)
        motion = None
        self._has_flow |= flow is not None
        if flow is not None:
            motion = measure_motion(
                resize_flow_tensor(flow[None].float().cpu(), grid.size)[0]
            )
        small = grid.shrink_labels(labels)
        by_group = groups.ndim == 3 and len(groups) > 2
        regions = self._find(small, motion, by_group)
        masks = self._follow(regions, motion, by_group)
        self._remember(masks, motion, image)
        self._num_frames += 1
        return torch.from_numpy(grid.enlarge(masks, labels > 0))

    def finish(self) -> ObjectSummary:
        """Say what the provisional numbers are in the end."""
        self._judge(None)
        summary = summarise(
            dict(sorted((self._ended | self._live).items())),
            self._pairs,
            self._num_frames,
            self.num_objects,
            self.moving_only,
            self._has_flow,
        )
        for number in sorted(self._forgotten):
            parent = self._forgotten[number]
            summary.mapping[number] = summary.mapping.get(parent, 0)
        return summary

    def _find(
        self, labels: np.ndarray, motion: FrameMotion | None, by_group: bool
    ) -> list[Region]:
        """Cut a frame into regions, the largest first."""
        min_area = max(4, round(_MIN_AREA * labels.size))
        if by_group:
            regions = regions_of_groups(labels, min_area)
        else:
            expected = {
                number: trace.expect()
                for number, trace in self._live.items()
            }
            regions = regions_of_foreground(
                labels > 0, motion, expected, min_area
            )
        regions.sort(key=lambda region: -count_pixels(region.mask))
        return regions[:_MAX_REGIONS]

    def _follow(
        self,
        regions: list[Region],
        motion: FrameMotion | None,
        by_group: bool,
    ) -> dict[int, np.ndarray]:
        """Link regions to what is followed; masks by number."""
        linked = link(regions, self._live, by_group)
        owners = {number: regions[i] for i, number in linked.items()}
        for i, region in enumerate(regions):
            if i in linked:
                continue
            parent = None if by_group else self._parent(region, owners)
            if parent is not None and _is_fragment(region, owners[parent],
                                                   motion):
                owners[parent].mask = owners[parent].mask | region.mask
                continue
            self._live[self._next] = Trace(self._next, parent)
            owners[self._next] = region
            self._next += 1
        for number in list(self._live):
            trace = self._live[number]
            if number in owners:
                trace.see(owners[number], motion)
            else:
                trace.miss(motion)
                if trace.num_missed > self.max_missed:
                    self._end(self._live.pop(number))
        return {number: region.mask for number, region in owners.items()}

    def _parent(self, region: Region, owners: dict[int, Region]) -> int | None:
        """Number of what a region came off, or lies beside."""
        inside = {
            number: count_pixels(self._live[number].moving & region.mask)
            for number in owners if self._live[number].num_frames
        }
        best = max(inside, key=inside.__getitem__, default=None)
        least = _INSIDE * count_pixels(region.mask)
        if best is not None and inside[best] > least:
            return best
        distance = distance_to(region.mask)
        gaps = {
            number: float(distance[owner.mask].min())
            for number, owner in owners.items()
        }
        best = min(gaps, key=gaps.__getitem__, default=None)
        if best is None:
            return None
        size = np.sqrt(count_pixels(owners[best].mask))
        return best if gaps[best] <= _NEAR * size else None

    def _remember(
        self,
        masks: dict[int, np.ndarray],
        motion: FrameMotion | None,
        image: np.ndarray | None,
    ) -> None:
        """Keep what the end of the video asks for."""
        if motion is None:
            return
        velocities = {number: self._live[number].velocity for number in masks}
        observe_pairs(self._pairs, masks, velocities)
        if image is not None:
            self._unjudged = _Unjudged(motion, image, masks)
            return
        for number, mask in masks.items():
            self._live[number].scores.add(motion.score(mask))

    def _judge(self, image: np.ndarray | None) -> None:
        """Score the objects of the frame before, now that its pair is there.

        Without it the flow alone counts.
        """
        if self._unjudged is None:
            return
        motion, before, masks = self._unjudged
        self._unjudged = None
        evidence = None
        if image is not None:
            evidence = PictureEvidence(motion, before, image)
        for number, mask in masks.items():
            moves = evidence is None or evidence.supports(mask)
            score = motion.score(mask) if moves else 0.0
            trace = self._live.get(number) or self._ended.get(number)
            if trace is not None:
                trace.scores.add(score)

    def _end(self, trace: Trace) -> None:
        """Follow a region no longer; forget it if it was of little weight."""
        if trace.num_frames >= _MIN_FRAMES:
            self._ended[trace.number] = trace
            trace.moving = trace.resting = np.zeros((0, 0), bool)
        else:
            self._forget(trace)
        if len(self._ended) > _MAX_ENDED:
            least = min(self._ended.values(), key=lambda one: one.total_area)
            self._forget(self._ended.pop(least.number))

    def _forget(self, trace: Trace) -> None:
        self._forgotten[trace.number] = trace.parent or 0
        for pair in [pair for pair in self._pairs if trace.number in pair]:
            del self._pairs[pair]


def _is_fragment(
    region: Region, owner: Region, motion: FrameMotion | None
) -> bool:
    """Whether a region lies by an object and moves like it."""
    gap = float(distance_to(region.mask)[owner.mask].min())
    if gap > _NEAR * np.sqrt(count_pixels(owner.mask)):
        return False
    if motion is None:
        return True
    tolerance = motion_tolerance(motion.residual, owner.mask, motion.threshold)
    difference = motion.velocity(region.mask) - motion.velocity(owner.mask)
    return float(np.hypot(*difference)) < tolerance


def decide_groups(groups: Tensor) -> np.ndarray:
    """Give every pixel to the group that is strongest there.

    Args:
        groups: (K, h, w) soft masks in [0, 1], the background first, or the
            foreground (h, w) or (1, h, w) alone, which is where it is above
            one half.

    Returns:
        (h, w) uint8 index, 0 background.

    Raises:
        ValueError: If the shape is another.
    """
    if groups.ndim == 2:
        groups = groups[None]
    if groups.ndim != 3 or not 1 <= len(groups) <= 256:
        raise ValueError(
            'groups must be (h, w) or (K, h, w) with K of 1 to 256, got '
            f'{tuple(groups.shape)}'
        )
    single = len(groups) == 1
    decided = groups[0] > 0.5 if single else groups.argmax(dim=0)
    return decided.to(torch.uint8).cpu().numpy()
