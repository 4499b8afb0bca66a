"""Weights of the released Appearance-Motion Decomposition."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .amd_family import head_names, rename_weights
from .keys import strip_prefixes

_FLOW = 'decode_head.flownet'
_NUM_STAGES = 6
_NUM_LEVELS = 5


def _layers() -> Iterator[tuple[str, str]]:
    """Layers with weight and bias of the motion pathway."""
    pyramid = f'{_FLOW}.feature_pyramid_extractor.convs'
    for i in range(_NUM_STAGES):
        for j in range(2):
            name = f'stages.{i}.{j}.0'
            yield f'{pyramid}.{i}.{j}.0', f'motion_model.pyramid.{name}'
    for i in range(_NUM_LEVELS):
        yield f'{_FLOW}.conv_1x1.{i}.0', f'motion_model.reduce.{i}.0'
    for i in range(1, 6):
        yield (
            f'{_FLOW}.flow_estimators.conv{i}.0',
            f'motion_model.decoder.conv{i}.0',
        )
    for i in range(2):
        yield (
            f'{_FLOW}.flow_estimators.predict_flow{i + 1}.0',
            f'motion_model.head.{2 * i}',
        )


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours, without the encoder."""
    yield from head_names('decode_head2', 'head')
    for original, ours in _layers():
        for entry in ('weight', 'bias'):
            yield f'{original}.{entry}', f'{ours}.{entry}'


def convert_amd(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of the release to those of an AMD segmentor.

    Args:
        state_dict: Weights of the original network for any number of regions,
            or those that the code of RCF saves, whose names begin with
            ``model.``.

    Returns:
        Weights of ``ResNetEncoder`` as ``encoder.*``, of ``FCNHead`` as
        ``head.*`` and of ``SegmentFlow`` as ``motion_model.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    weights = strip_prefixes(state_dict, ('model.', ))
    return rename_weights(
        'amd', weights, dict(iterate_names()), 'motion_model.head.'
    )
