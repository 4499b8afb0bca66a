"""One computed array beside the one of the original implementation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Comparison:
    """One array as it is and as it should be.

    NaN is equal to NaN; any other value that is not finite has to be the
    same on both sides.

    Args:
        name: Name of the reference array.
        computed: What the toolbox returns.
        reference: What the original implementation returned.
        atol: Largest absolute difference that passes.
        rtol_of_max: Share of the largest magnitude of the reference that is
            added to ``atol``.
    """

    name: str
    computed: ArrayLike
    reference: ArrayLike
    atol: float
    rtol_of_max: float = 0.0

    def _pair(self) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(self.computed), np.asarray(self.reference)

    @property
    def same_shape(self) -> bool:
        """Whether both arrays have the same shape."""
        computed, reference = self._pair()
        return computed.shape == reference.shape

    @property
    def largest(self) -> float:
        """Largest finite magnitude of the reference, 0 if there is none."""
        reference = np.asarray(self.reference, dtype=np.float64)
        finite = np.abs(reference[np.isfinite(reference)])
        return float(finite.max(initial=0.0))

    @property
    def max_abs(self) -> float:
        """Largest absolute difference, infinite where shapes disagree."""
        if not self.same_shape:
            return float('inf')
        computed, reference = (a.astype(np.float64) for a in self._pair())
        equal = (computed
                 == reference) | (np.isnan(computed) & np.isnan(reference))
        if equal.all():
            return 0.0
        difference = np.abs(computed[~equal] - reference[~equal])
        largest = float(difference.max())
        return float('inf') if np.isnan(largest) else largest

    @property
    def max_rel(self) -> float:
        """Largest difference over the largest magnitude of the reference."""
        if self.max_abs == 0:
            return 0.0
        return self.max_abs / self.largest if self.largest else float('inf')

    @property
    def tolerance(self) -> float:
        """Largest absolute difference that passes."""
        return self.atol + self.rtol_of_max * self.largest

    @property
    def passed(self) -> bool:
        """Whether the shapes agree and the difference is small enough."""
        return self.same_shape and self.max_abs <= self.tolerance

    def __str__(self) -> str:
        verdict = 'pass' if self.passed else 'FAIL'
        line = (
            f'{self.name:<32} abs {self.max_abs:9.2e}  rel {self.max_rel:9.2e}'
            f'  tol {self.tolerance:9.2e}  {verdict}'
        )
        if not self.same_shape:
            computed, reference = self._pair()
            line += f' (shape {computed.shape}, expected {reference.shape})'
        return line


def compare_sampled(
    name: str,
    computed: Tensor,
    reference: np.ndarray,
    atol: float,
    axis: int = 1,
) -> Comparison:
    """Compare with an array that may hold every n-th channel only.

    Args:
        name: Name of the reference array.
        computed: All channels of what the toolbox returns.
        reference: Every n-th channel, from the first on.
        atol: See :class:`Comparison`.
        axis: Position of the channels.
    """
    step = max(1, -(-computed.shape[axis] // reference.shape[axis]))
    index = torch.arange(0, computed.shape[axis], step)
    sampled = computed.index_select(axis, index)
    return Comparison(name, sampled.numpy(), reference, atol)


class ReferenceFile:
    """The arrays of a file and comparisons with those that it has.

    Args:
        arrays: Array by name.
        rtol: Share of the largest magnitude of an array by which values may
            differ from it.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], rtol: float) -> None:
        self.arrays = arrays
        self.rtol = rtol

    def compare(
        self,
        name: str,
        computed: Tensor,
        rtol: float | None = None,
    ) -> Iterator[Comparison]:
        """Compare with an array, if the file has it.

        Args:
            name: Name of the array.
            computed: What the toolbox returns.
            rtol: Another share for this array.
        """
        if name in self.arrays:
            yield Comparison(
                name,
                computed.detach().numpy(),
                self.arrays[name],
                atol=0.0,
                rtol_of_max=self.rtol if rtol is None else rtol,
            )


class ReferenceArrays(Mapping[str, np.ndarray]):
    """The arrays of a reference file, which notes the ones that were read.

    Args:
        arrays: Array by name.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = dict(arrays)
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            raise KeyError(f'the file holds no array {name!r}')
        self._read.add(name)
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def unread(self) -> list[str]:
        """Names of the arrays that nobody has read yet."""
        return [name for name in self._arrays if name not in self._read]
