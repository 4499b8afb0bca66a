"""What the releases of AMD and RCF, which builds upon it, have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys
from .torchvision_resnet import NORM_ENTRIES, convert_torchvision_resnet

_BACKBONE = 'backbone2.'
_COUNTER = 'num_batches_tracked'


def head_names(original: str, ours: str) -> Iterator[tuple[str, str]]:
    """Pairs of the names of a head of two convolutions and a classifier.

    Args:
        original: Name of the head in the release.
        ours: Name of the ``FCNHead``.
    """
    for i in range(2):
        conv = f'convs.{i}.conv.weight'
        yield f'{original}.{conv}', f'{ours}.{conv}'
        for entry in (*NORM_ENTRIES, _COUNTER):
            norm = f'convs.{i}.bn.{entry}'
            yield f'{original}.{norm}', f'{ours}.{norm}'
    for entry in ('weight', 'bias'):
        yield f'{original}.conv_seg.{entry}', f'{ours}.conv.{entry}'


def rename_weights(
    source: str,
    weights: Mapping[str, Any],
    renaming: Mapping[str, str],
    linear: str,
) -> dict[str, Tensor]:
    """Rename the weights of a release, and those of its encoder.

    Args:
        source: Name of the source, for messages.
        weights: Weights of the original network.
        renaming: Our name by that of the original, without the encoder.
        linear: Beginning of our names of the layers that are linear maps,
            which are convolutions in the original.

    Returns:
        Weights of ``ResNetEncoder`` as ``encoder.*``, and the renamed ones.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    others = {
        key: value
        for key, value in weights.items() if not key.startswith(_BACKBONE)
    }
    check_keys(source, others, renaming)
    encoder = convert_torchvision_resnet({
        key.removeprefix(_BACKBONE): value
        for key, value in weights.items() if key.startswith(_BACKBONE)
    })
    converted = {f'encoder.{key}': value for key, value in encoder.items()}
    for original, ours in renaming.items():
        value = others[original]
        if ours.startswith(linear) and value.ndim > 2:
            value = value.flatten(1)
        converted[ours] = value
    return converted
