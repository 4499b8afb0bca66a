"""Which followed regions are parts of one object."""

import math
from collections.abc import Mapping

from .pair_history import Pair, PairHistory
from .trace import Trace

# Parts of one object touch in this share of the frames, or are near each
# other in that one.
_TOUCHING, _NEAR = 0.5, 0.8
# They drift apart by less than this, in sizes of both together, in 30 frames
# or more; by down to half as much in fewer.
_MAX_DRIFT = 0.9
_FRAMES_OF_DRIFT = 30
_MIN_TIME = 0.5
# Two that were seen for half of that time each need more than these frames
# together.
_FEW_FRAMES = 8
MIN_MASS = 0.05
"""Least pixels of an object, as a share of those of the largest one."""


class Joining:
    """Joins followed regions to objects.

    Two regions are parts of one object if they touch most of the time that
    both are seen, or are near each other nearly always, and their motions
    against each other cancel out over that time: what is attached swings to
    and fro, while objects pass. What is seen in few frames joins what it came
    off, and what is small joins what it touches.

    Args:
        traces: All followed regions by number.
        pairs: Histories of those that were seen together.
        min_frames: Frames in which an object has to be seen.
    """

    def __init__(
        self,
        traces: Mapping[int, Trace],
        pairs: Mapping[Pair, PairHistory],
        min_frames: int,
    ) -> None:
        self.traces = traces
        self.pairs = pairs
        self.min_frames = min_frames
        self.owner: dict[int, int] = {}

    def join(self, num_objects: int | None = None) -> list[set[int]]:
        """Number sets of the objects, in no order.

        Args:
            num_objects: Number of objects below which parts are not joined.
        """
        self._join_short()
        self._join_parts(num_objects)
        self._join_small()
        objects: dict[int, set[int]] = {}
        for number, root in self.owner.items():
            objects.setdefault(root, set()).add(number)
        return list(objects.values())

    def _join_short(self) -> None:
        for number in sorted(self.traces):  # a parent is older
            trace = self.traces[number]
            short = trace.num_frames < self.min_frames
            parent = trace.parent if short else None
            self.owner[number] = self.owner.get(parent or 0, number)

    def _join_parts(self, num_objects: int | None) -> None:
        drifts = {
            pair: self._drift(pair)
            for pair in self.pairs if self._are_neighbours(pair)
        }
        for pair in sorted(drifts, key=drifts.__getitem__):
            if drifts[pair] >= _MAX_DRIFT:
                break
            if num_objects and len(self._large_objects()) <= num_objects:
                break
            if not self._is_bridge(pair):
                self._unite(*pair)

    def _join_small(self) -> None:
        large = self._large_objects()
        for pair in sorted(self.pairs,
                           key=lambda pair: -self.pairs[pair].num_touching):
            roots = {self.owner[number] for number in pair}
            touching = self.pairs[pair].touching >= _TOUCHING
            if touching and len(roots & large) == 1:
                self._unite(*pair)

    def _large_objects(self) -> set[int]:
        """Roots of the objects of which the others may be splinters."""
        mass: dict[int, int] = {}
        for number, root in self.owner.items():
            mass[root] = mass.get(root, 0) + self.traces[number].total_area
        least = MIN_MASS * max(mass.values(), default=0)
        return {
            root
            for root, area in mass.items() if area >= least
            and self.traces[root].num_frames >= self.min_frames
        }

    def _unite(self, first: int, second: int) -> None:
        root, other = self.owner[first], self.owner[second]
        for number, owner in self.owner.items():
            if owner == other:
                self.owner[number] = root

    def _are_neighbours(self, pair: Pair) -> bool:
        history = self.pairs[pair]
        if history.touching >= _TOUCHING:
            return True
        # What stands still beside an object has nothing in common with it.
        first, second = (self.traces[number].moves for number in pair)
        return history.near >= _NEAR and first == second

    def _is_bridge(self, pair: Pair) -> bool:
        """Whether a short acquaintance would join two lasting objects.

        A splinter where two objects meet has no time to drift from either: it
        may join one of them, but not one with the other.
        """
        if self.pairs[pair].num_frames > _FEW_FRAMES:
            return False
        lasting = [
            max(
                self.traces[number].num_frames
                for number, owner in self.owner.items()
                if owner == self.owner[one]
            ) >= _MIN_TIME * _FRAMES_OF_DRIFT for one in pair
        ]
        return all(lasting) and self._drift(pair, 0.0) >= _MAX_DRIFT

    def _drift(self, pair: Pair, least_time: float = _MIN_TIME) -> float:
        """Drift in sizes of both, more if there was little time for it."""
        history = self.pairs[pair]
        size = math.hypot(*(self.traces[number].size for number in pair))
        time = min(1.0, history.num_frames / _FRAMES_OF_DRIFT)
        time = max(least_time, time)
        return math.hypot(*history.drift) / max(size, 1.0) / time
