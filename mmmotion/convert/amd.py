"""Weights of the released Appearance-Motion Decomposition."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys, strip_prefixes
from .torchvision_resnet import NORM_ENTRIES, convert_torchvision_resnet

_BACKBONE = 'backbone2.'
_FLOW = 'decode_head.flownet'
_NUM_STAGES = 6
_NUM_LEVELS = 5
_COUNTER = 'num_batches_tracked'


def _layers() -> Iterator[tuple[str, str]]:
    """Layers with weight and bias of the head and the motion pathway."""
    yield 'decode_head2.conv_seg', 'head.conv'
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
    for i in range(2):
        conv = f'convs.{i}.conv.weight'
        yield f'decode_head2.{conv}', f'head.{conv}'
        for entry in (*NORM_ENTRIES, _COUNTER):
            norm = f'convs.{i}.bn.{entry}'
            yield f'decode_head2.{norm}', f'head.{norm}'
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
    others = {
        key: value
        for key, value in weights.items() if not key.startswith(_BACKBONE)
    }
    renaming = dict(iterate_names())
    check_keys('amd', others, renaming)
    encoder = convert_torchvision_resnet({
        key.removeprefix(_BACKBONE): value
        for key, value in weights.items() if key.startswith(_BACKBONE)
    })
    converted = {f'encoder.{key}': value for key, value in encoder.items()}
    for original, ours in renaming.items():
        value = others[original]
        if ours.startswith('motion_model.head.'):
            value = value.flatten(1) if value.ndim > 1 else value
        converted[ours] = value
    return converted
