"""Transforms whose results are kept in memory."""

import copy
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class CacheTransforms(BaseTransform):
    """Run transforms once per sample and keep what they made in memory.

    For small data sets whose decoding and resizing take longer than the
    training step. The transforms must not be random and must depend on
    nothing but the keys named in ``depends_on``. Every worker of a data
    loader has a memory of its own.

    Required Keys:
        those of ``depends_on`` and of the transforms.

    Added, Changed and Removed Keys:
        those of the transforms.

    Args:
        transforms: Transforms or their configs, applied in order.
        depends_on: Keys that say which sample it is. A key that a sample does
            not have counts as None.
        max_megabytes: Bound of the memory per process in MB of 10^6 bytes of
            arrays. Samples that came first stay when it is full.

    Raises:
        ValueError: If there is no transform or no key, or the bound is not
            positive.
    """

    def __init__(
        self,
        transforms: Sequence[dict | Callable],
        depends_on: Sequence[str] = ('video_id', 'frame_id', 'gaps'),
        max_megabytes: float = 1000.0,
    ) -> None:
        if not transforms or not depends_on or max_megabytes <= 0:
            raise ValueError(
                'expected transforms, keys that they depend on and a positive '
                f'bound, got transforms={list(transforms)}, '
                f'depends_on={list(depends_on)} and '
                f'max_megabytes={max_megabytes}'
            )
        self.transforms = [
            TRANSFORMS.build(step) if isinstance(step, dict) else step
            for step in transforms
        ]
        self.depends_on = tuple(depends_on)
        self.max_bytes = int(max_megabytes * 1e6)
        self._cache: dict[Hashable, tuple[dict[str, Any], set[str]]] = {}
        self._num_bytes = 0

    def __getstate__(self) -> dict[str, Any]:
        """Leave the samples behind when sent to another process."""
        return {**self.__dict__, '_cache': {}, '_num_bytes': 0}

    def transform(self, results: dict) -> dict | None:
        """Apply the transforms, or take over what they made before.

        Returns:
            The sample, or None if a transform rejects it.
        """
        key = tuple(results.get(name) for name in self.depends_on)
        if key in self._cache:
            made, removed = self._cache[key]
            for name in removed:
                results.pop(name, None)
            results.update(copy.deepcopy(made))
            return results
        before = dict(results)
        for step in self.transforms:
            results = step(results)
            if results is None:
                return None
        made = {
            name: value
            for name, value in results.items()
            if name not in before or value is not before[name]
        }
        size = sum(
            value.nbytes for value in made.values()
            if isinstance(value, np.ndarray)
        )
        if self._num_bytes + size <= self.max_bytes:
            removed = before.keys() - results.keys()
            self._cache[key] = copy.deepcopy(made), removed
            self._num_bytes += size
        return results
