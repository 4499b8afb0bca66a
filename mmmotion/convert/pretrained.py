"""Initialisation from checkpoints, ours or released ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.logging import print_log
from mmengine.model import update_init_info
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from mmmotion.engine import (
    CheckpointError,
    check_state_dict,
    describe_match,
    load_fitting,
)
from mmmotion.registry import WEIGHT_INITIALIZERS

from .state_dict import convert_state_dict, unwrap_state_dict


@WEIGHT_INITIALIZERS.register_module()
class Pretrained:
    """Fill a module with the weights of a file or URL.

    Stands in for mmengine's initialiser of this name, which only warns when
    nothing fits. A module of this package reads the released files that it
    names in ``sources``, or whose names it knows itself (``rename_released``),
    and has to find all of its weights. Without a ``prefix`` or ``source``,
    one that names sources also finds itself in a checkpoint of ours, if that
    holds it once. Any other module takes what fits, and there has to be
    something; the log says what was taken and what was not. Where ``marks`` of
    the module maps entries of its weights to settings, a file that differs in
    one of them is refused with the name of the setting.

    Args:
        checkpoint: Path or URL. Nothing in the file is executed.
        prefix: Beginning of the names to take, ``'encoder.'`` for the encoder
            in a checkpoint of a segmentor.
        source: Name of the original, see
            :data:`~mmmotion.convert.state_dict.CONVERTERS`; by default those
            that the module names.
        url: Where the file can be had, for the message if it is not there.
        map_location: Where the tensors go first.
    """

    def __init__(
        self,
        checkpoint: str,
        prefix: str | None = None,
        source: str | None = None,
        url: str | None = None,
        map_location: str = 'cpu',
    ) -> None:
        self.checkpoint = checkpoint
        self.prefix = prefix
        self.source = source
        self.url = url
        self.map_location = map_location

    def __call__(self, module: nn.Module) -> None:
        """Load the weights.

        Args:
            module: Module to fill.

        Raises:
            FileNotFoundError: If there is no such file.
            CheckpointError: If it is damaged, would have to be executed, or
                belongs to another model.
        """
        weights = unwrap_state_dict(self._read())
        if self.prefix is not None:
            weights = self._select(weights, self.prefix)
        sources = getattr(module, 'sources', ())
        own = None
        if self.source is not None:
            sources = (self.source, )
        elif sources:
            own = _find_own(module, weights)
        rename = getattr(module, 'rename_released', None)
        if own is not None:
            weights = own
        elif sources:
            weights = self._convert(module, weights, sources)
        elif rename is not None:
            weights = rename(weights)
        self._check_marks(module, weights)
        strict = bool(sources or rename)
        check_state_dict(module, weights, self.checkpoint, strict)
        load_fitting(module, weights)
        taken = '' if strict else f': {describe_match(module, weights)}'
        print_log(
            f'{type(module).__name__} has the weights of '
            f'{self.checkpoint}{taken}',
            logger='current',
        )
        if hasattr(module, '_params_init_info'):
            update_init_info(module, f'Pretrained: {self.checkpoint}')

    def _read(self) -> dict[str, Any]:
        try:
            return CheckpointLoader.load_checkpoint(
                self.checkpoint, self.map_location, logger='current'
            )
        except FileNotFoundError as error:
            if self.url is None:
                raise
            raise FileNotFoundError(
                f'{error}; download it from {self.url}, or set every init_cfg '
                'that names it to None (of the encoder, of the features of '
                'hooks and post-processing) for random weights'
            ) from error

    def _select(self, weights: Mapping[str, Any],
                prefix: str) -> dict[str, Any]:
        selected = {
            key.removeprefix(prefix): value
            for key, value in weights.items() if key.startswith(prefix)
        }
        if not selected:
            found = sorted({str(key).split('.')[0] + '.' for key in weights})
            raise CheckpointError(
                f'no weights in {self.checkpoint} begin with {prefix!r}, they '
                f'begin with {", ".join(found[:5])}'
            )
        return selected

    def _check_marks(
        self, module: nn.Module, weights: Mapping[str, Any]
    ) -> None:
        """Refuse weights that another setting of the module was trained to."""
        entries = module.state_dict()
        for mark, setting in getattr(module, 'marks', {}).items():
            if (mark in weights) != (mark in entries):
                raise CheckpointError(
                    f'{self.checkpoint} was trained with {setting}='
                    f'{mark in weights}, but this {type(module).__name__} '
                    f'has {setting}={mark in entries}'
                )

    def _convert(
        self,
        module: nn.Module,
        weights: Mapping[str, Any],
        sources: Sequence[str],
    ) -> dict[str, Any]:
        reasons = []
        for source in sources:
            try:
                return convert_state_dict(source, weights)
            except (TypeError, ValueError) as error:
                reasons.append(str(error))
        raise CheckpointError(
            f'{self.checkpoint} holds no {type(module).__name__}: ' +
            '; '.join(reasons)
        )


def _find_own(module: nn.Module,
              weights: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the module's own names from a checkpoint, whatever is before them.

    Returns:
        None if they are not there, or several times.
    """
    marks = set(getattr(module, 'marks', ()))
    names = [name for name in module.state_dict() if name not in marks]
    found = []
    for key in map(str, weights):
        prefix = key.removesuffix(names[0])
        if prefix == key or prefix[-1:] not in ('', '.'):
            continue
        part = {
            name.removeprefix(prefix): value
            for name, value in weights.items() if name.startswith(prefix)
        }
        if part.keys() - marks == set(names):
            found.append(part)
    return found[0] if len(found) == 1 else None
