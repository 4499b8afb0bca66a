"""Weights of milesial/Pytorch-UNet, the U-Net of Guess What Moves."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys

_NORM_ENTRIES = (
    'weight',
    'bias',
    'running_mean',
    'running_var',
    'num_batches_tracked',
)
# The original saves the grey values of its labels among the weights.
_NO_WEIGHTS = ('mask_values', )


def _double_conv(original: str, ours: str) -> Iterator[tuple[str, str]]:
    for conv, norm in ((0, 1), (3, 4)):
        yield f'{original}.{conv}.weight', f'{ours}.{conv}.weight'
        for entry in _NORM_ENTRIES:
            yield f'{original}.{norm}.{entry}', f'{ours}.{norm}.{entry}'


def _renaming(num_stages: int, transposed: bool) -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours."""
    yield from _double_conv('inc.double_conv', 'encoder.stem')
    for i in range(num_stages):
        yield from _double_conv(
            f'down{i + 1}.maxpool_conv.1.double_conv', f'encoder.down.{i}.1'
        )
    for i in range(num_stages):
        if transposed:
            for entry in ('weight', 'bias'):
                yield f'up{i + 1}.up.{entry}', f'encoder.up.{i}.up.{entry}'
        yield from _double_conv(
            f'up{i + 1}.conv.double_conv', f'encoder.up.{i}.conv'
        )
    for entry in ('weight', 'bias'):
        yield f'outc.conv.{entry}', f'head.conv.{entry}'


def convert_gwm_unet(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of a U-Net to those of a GWM segmentor.

    Args:
        state_dict: Weights of the original U-Net, transposed or bilinear,
            with any number of levels.

    Returns:
        Weights of ``UNetEncoder`` as ``encoder.*`` and of ``FCNHead`` as
        ``head.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    state_dict = {
        key: value
        for key, value in state_dict.items() if key not in _NO_WEIGHTS
    }
    renaming = dict(
        _renaming(count_stages(state_dict), has_transposed_up(state_dict))
    )
    check_keys('gwm-unet', state_dict, renaming)
    return {ours: state_dict[name] for name, ours in renaming.items()}


def count_stages(state_dict: Mapping[str, Any]) -> int:
    """Number of halvings of the original U-Net, 4 if there is no sign."""
    found = [re.match(r'down(\d+)\.', key) for key in state_dict]
    return max((int(match.group(1)) for match in found if match), default=4)


def has_transposed_up(state_dict: Mapping[str, Any]) -> bool:
    """Whether the original U-Net enlarges by transposed convolutions."""
    return any(re.match(r'up\d+\.up\.', key) for key in state_dict)
