"""Weights of the released RCF, the successor of IMAS."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys, strip_prefixes
from .torchvision_resnet import NORM_ENTRIES, convert_torchvision_resnet

_BACKBONE = 'backbone2.'
_TEACHER = ('backbone2_ema.', 'decode_head2_ema.')
_COUNTER = 'num_batches_tracked'


def _head(original: str, ours: str) -> Iterator[tuple[str, str]]:
    for i in range(2):
        conv = f'convs.{i}.conv.weight'
        yield f'{original}.{conv}', f'{ours}.{conv}'
        for entry in (*NORM_ENTRIES, _COUNTER):
            norm = f'convs.{i}.bn.{entry}'
            yield f'{original}.{norm}', f'{ours}.{norm}'
    for entry in ('weight', 'bias'):
        yield f'{original}.conv_seg.{entry}', f'{ours}.conv.{entry}'


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours, without the encoder."""
    yield from _head('decode_head2', 'head')
    yield from _head('decode_head3', 'motion_model.head.head')
    for when in ('before', 'after'):
        for i in (0, 2):
            for entry in ('weight', 'bias'):
                yield (
                    f'decode_head.flow_feat_{when}_agg.{i}.{entry}',
                    f'motion_model.base.pooling.{when}.{i}.{entry}',
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
    others = {
        key: value
        for key, value in weights.items() if not key.startswith(_BACKBONE)
    }
    renaming = dict(iterate_names())
    check_keys('imas', others, renaming)
    encoder = convert_torchvision_resnet({
        key.removeprefix(_BACKBONE): value
        for key, value in weights.items() if key.startswith(_BACKBONE)
    })
    converted = {f'encoder.{key}': value for key, value in encoder.items()}
    for original, ours in renaming.items():
        value = others[original]
        if '.after.' in ours and value.ndim > 2:
            value = value.flatten(1)
        converted[ours] = value
    return converted
