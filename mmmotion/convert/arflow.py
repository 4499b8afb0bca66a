"""Weights of the released ARFlow."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys

_NUM_STAGES = 6
_NUM_LEVELS = 5
_NUM_CONTEXT = 6


def _layers() -> Iterator[tuple[str, str]]:
    """Layers of the original and ours."""
    for stage in range(_NUM_STAGES):
        for i in range(2):
            yield (
                f'feature_pyramid_extractor.convs.{stage}.{i}.0',
                f'pyramid.stages.{stage}.{i}.0',
            )
    for level in range(_NUM_LEVELS):
        yield f'conv_1x1.{level}.0', f'reduce.{level}.0'
        number = level + 1
        yield f'flow_estimators.conv{number}.0', f'decoder.conv{number}.0'
    yield 'flow_estimators.predict_flow.0', 'predict'
    for i in range(_NUM_CONTEXT):
        yield f'context_networks.convs.{i}.0', f'context.layers.{i}.0'
    yield f'context_networks.convs.{_NUM_CONTEXT}.0', 'context.predict'


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours."""
    for original, ours in _layers():
        for entry in ('weight', 'bias'):
            yield f'{original}.{entry}', f'{ours}.{entry}'


def convert_arflow(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of ARFlow's networks to those of ``PWCLite``.

    Args:
        state_dict: Weights of the original network, for two or three frames.

    Returns:
        Weights of ``PWCLite`` for as many frames.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    renaming = dict(iterate_names())
    check_keys('arflow', state_dict, renaming)
    return {ours: state_dict[name] for name, ours in renaming.items()}
