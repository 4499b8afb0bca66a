"""What encoders share whose first stages may stay as they are."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

from mmengine.model import BaseModule
from torch import nn

FrozenStages = int | Literal['all']


def resolve_out_indices(indices: Sequence[int], count: int) -> tuple[int, ...]:
    """Count negative indices from the end.

    Args:
        indices: Stages to return.
        count: Number of stages.

    Raises:
        ValueError: If there are none, if one does not exist, or if they do
            not ascend.
    """
    resolved = tuple(i + count if i < 0 else i for i in indices)
    if not resolved or resolved != tuple(
            i for i in range(count) if i in resolved):
        raise ValueError(
            f'out_indices must ascend and lie between {-count} and '
            f'{count - 1}, got {tuple(indices)}'
        )
    return resolved


class StagedEncoder(BaseModule):
    """Base of the encoders with ``frozen_stages``.

    A child calls :meth:`freeze_stages` at the end of its constructor. What is
    frozen gets no gradient and stays in evaluation mode.

    Args:
        frozen_stages: -1 trains everything, 0 freezes the stem, n the stem
            and the first n stages, ``'all'`` the whole encoder.
        init_cfg: Initialisation as in mmengine.

    Attributes:
        sources: Names of ``mmmotion.convert.CONVERTERS`` that read released
            weights of such an encoder.
        out_channels: Channels of the returned maps.
    """

    sources: tuple[str, ...] = ()
    out_channels: tuple[int, ...]

    def __init__(
        self,
        frozen_stages: FrozenStages = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.frozen_stages = frozen_stages
        self._frozen_names: list[str] = []

    def freeze_stages(
        self, stages: Sequence[Sequence[str]], unread: Iterable[str] = ()
    ) -> None:
        """Apply ``frozen_stages``.

        Args:
            stages: Names of the modules and parameters of each stage, the
                stem first. The last stage carries everything that is not
                listed.
            unread: Names of what the outputs do not depend on: without a
                gradient, distributed training would wait for it.

        Raises:
            ValueError: If there is no such stage.
        """
        last = len(stages) - 1
        frozen = last if self.frozen_stages == 'all' else self.frozen_stages
        if type(frozen) is not int or not -1 <= frozen <= last:
            raise ValueError(
                f"frozen_stages must be 'all' or between -1 and {last}, got "
                f'{self.frozen_stages!r}'
            )
        names = [*unread, *chain.from_iterable(stages[:frozen + 1])]
        if frozen == last:
            names += [name for name, _ in self.named_children()]
            names += [name for name, _ in self.named_parameters(recurse=False)]
        self._frozen_names = names
        for name in names:
            self._find(name).requires_grad_(False)

    def train(self, mode: bool = True) -> 'StagedEncoder':
        """Switch the mode of the parts that are not frozen."""
        super().train(mode)
        for name in self._frozen_names:
            part = self._find(name)
            if isinstance(part, nn.Module):
                part.eval()
        return self

    def _find(self, name: str) -> nn.Module | nn.Parameter:
        owner, _, leaf = name.rpartition('.')
        return getattr(self.get_submodule(owner), leaf)
