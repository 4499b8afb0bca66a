"""Weights of Swin transformers, supervised or of MoBY."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from .keys import check_keys, count_numbered, strip_prefixes

_ENTRIES = ('weight', 'bias')
_BLOCK_LAYERS = (
    'norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'
)
_RELEASED_DEPTHS = (2, 2, 6, 2)
# The classifier with the norm before it.
_NO_ENCODER = ('head.', 'norm.')
# Computed from the sizes.
_BUFFERS = ('.attn.relative_position_index', '.attn_mask')
_MOBY_BRANCH = 'encoder.'


def count_blocks(state_dict: Mapping[str, Any]) -> tuple[int, ...]:
    """Blocks of each stage, those of Swin-T if there is no sign."""
    num_stages = count_numbered(state_dict, r'layers\.(\d+)\.')
    return tuple(
        count_numbered(state_dict, rf'layers\.{i}\.blocks\.(\d+)\.')
        for i in range(num_stages)
    ) or _RELEASED_DEPTHS


def _both(layer: str) -> Iterator[str]:
    for entry in _ENTRIES:
        yield f'{layer}.{entry}'


def _names(depths: tuple[int, ...]) -> Iterator[str]:
    """All names but those of the output norms."""
    yield from _both('patch_embed.proj')
    yield from _both('patch_embed.norm')
    for i, depth in enumerate(depths):
        for j in range(depth):
            block = f'layers.{i}.blocks.{j}'
            yield f'{block}.attn.relative_position_bias_table'
            for layer in _BLOCK_LAYERS:
                yield from _both(f'{block}.{layer}')
        if i < len(depths) - 1:
            yield f'layers.{i}.downsample.reduction.weight'
            yield from _both(f'layers.{i}.downsample.norm')


def _identity_norms(weights: Mapping[str, Tensor],
                    num_stages: int) -> dict[str, Tensor]:
    norms = {}
    for i in range(num_stages):
        width = len(weights[f'layers.{i}.blocks.0.norm1.weight'])
        norms[f'norm{i}.weight'] = torch.ones(width)
        norms[f'norm{i}.bias'] = torch.zeros(width)
    return norms


def _convert(source: str, state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    weights = {
        key: value
        for key, value in
        strip_prefixes(state_dict, ('module.',
                                    'backbone.'), _NO_ENCODER).items()
        if not key.endswith(_BUFFERS)
    }
    depths = count_blocks(weights)
    names = list(_names(depths))
    norms = [name for i in range(len(depths)) for name in _both(f'norm{i}')]
    has_norms = any(name in weights for name in norms)
    check_keys(source, weights, [*names, *norms] if has_norms else names)
    converted = {} if has_norms else _identity_norms(weights, len(depths))
    return {**weights, **converted}


def convert_swin(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Pick the weights of a ``SwinEncoder`` from a released file.

    The norms of the stages' outputs belong to dense prediction. Files of
    classifiers do not have them: they begin as the identity, as in the
    original's code for dense prediction.

    Args:
        state_dict: Weights of a Swin transformer of any size, with or without
            classifier and output norms.

    Returns:
        Weights of ``SwinEncoder``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    return _convert('swin', state_dict)


def convert_moby(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Pick the weights of a ``SwinEncoder`` from a training by MoBY.

    Args:
        state_dict: Weights of the training: the online branch, which is
            taken, the momentum branch, their projectors and queues.

    Returns:
        Weights of ``SwinEncoder``, see :func:`convert_swin`.

    Raises:
        ValueError: If there is no online branch, or keys of it are missing
            or belong to another model.
        TypeError: If something is not a tensor.
    """
    state_dict = strip_prefixes(state_dict, ('module.', ))
    branch = {
        key.removeprefix(_MOBY_BRANCH): value
        for key, value in state_dict.items() if key.startswith(_MOBY_BRANCH)
    }
    if not branch:
        shown = ', '.join(list(state_dict)[:3])
        raise ValueError(
            'this is not a state dict of moby: expected an online branch '
            f'{_MOBY_BRANCH}*, found {len(state_dict)} entries' +
            (f' ({shown}, ...)' if shown else '')
        )
    return _convert('moby', branch)
