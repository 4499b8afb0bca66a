"""Weights of the released RCF, the successor of IMAS."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .amd_family import head_names, rename_weights
from .keys import strip_prefixes

_TEACHER = ('backbone2_ema.', 'decode_head2_ema.')
_POOLING = 'motion_model.base.pooling'


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours, without the encoder."""
    yield from head_names('decode_head2', 'head')
    yield from head_names('decode_head3', 'motion_model.head.head')
    for when in ('before', 'after'):
        for i in (0, 2):
            for entry in ('weight', 'bias'):
                yield (
                    f'decode_head.flow_feat_{when}_agg.{i}.{entry}',
                    f'{_POOLING}.{when}.{i}.{entry}',
                )


def convert_imas(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of the release to those of an IMAS segmentor.

    Args:
        state_dict: Weights of the original network for any number of regions,
            with or without the ``model.`` before the names. Those of the
            averaged teacher of the second stage are left out.

    Returns:
        Weights of ``ResNetEncoder`` as ``encoder.*``, of ``FCNHead`` as
        ``head.*`` and of ``ResidualMotion`` around a model with
        ``pooling_channels`` as ``motion_model.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    weights = strip_prefixes(state_dict, ('model.', ), _TEACHER)
    return rename_weights(
        'imas', weights, dict(iterate_names()), f'{_POOLING}.after.'
    )
