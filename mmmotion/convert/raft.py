"""Weights of the released RAFT, for torchvision's network."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys

_CONV = ('weight', 'bias')
_NORM = (*_CONV, 'running_mean', 'running_var', 'num_batches_tracked')
_ENCODERS = {'fnet': 'feature_encoder', 'cnet': 'context_encoder'}
_UPDATE = {
    **{
        f'encoder.conv{kind}{i}': f'motion_encoder.conv{name}{i}.0'
        for kind, name in (('c', 'corr'), ('f', 'flow'))
        for i in (1, 2)
    },
    'encoder.conv': 'motion_encoder.conv.0',
    **{
        f'gru.conv{gate}{i}': f'recurrent_block.convgru{i}.conv{gate}'
        for i in (1, 2)
        for gate in 'zrq'
    },
    'flow_head.conv1': 'flow_head.conv1',
    'flow_head.conv2': 'flow_head.conv2',
}
_MASK = {'mask.0': 'convrelu.0', 'mask.2': 'conv'}
# The same tensors as the norm of the shortcut beside it.
_DUPLICATES = tuple(f'cnet.layer{i}.0.norm3.' for i in (2, 3))


def _encoder_layers(with_norms: bool) -> Iterator[tuple[str, str, bool]]:
    """Layers of the original and torchvision's; whether it is a norm."""
    yield 'conv1', 'convnormrelu.0', False
    yield 'conv2', 'conv', False
    for layer in (1, 2, 3):
        for block in (0, 1):
            name = f'layer{layer}.{block}'
            for i in (1, 2):
                yield f'{name}.conv{i}', f'{name}.convnormrelu{i}.0', False
                if with_norms:
                    yield f'{name}.norm{i}', f'{name}.convnormrelu{i}.1', True
    for layer in (2, 3):
        shortcut = f'layer{layer}.0.downsample'
        yield f'{shortcut}.0', f'{shortcut}.0', False
        if with_norms:
            yield f'{shortcut}.1', f'{shortcut}.1', True
    if with_norms:
        yield 'norm1', 'convnormrelu.1', True


def _layers() -> Iterator[tuple[str, str, bool]]:
    """The same for the whole network."""
    for name, ours in _ENCODERS.items():
        # The features are normalised by instance, which has no weights.
        for original, theirs, is_norm in _encoder_layers(name == 'cnet'):
            yield f'{name}.{original}', f'{ours}.{theirs}', is_norm
    for original, theirs in _UPDATE.items():
        yield f'update_block.{original}', f'update_block.{theirs}', False
    for original, theirs in _MASK.items():
        yield f'update_block.{original}', f'mask_predictor.{theirs}', False


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and torchvision's."""
    for original, theirs, is_norm in _layers():
        for entry in _NORM if is_norm else _CONV:
            yield f'{original}.{entry}', f'{theirs}.{entry}'


def convert_raft(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of RAFT to those of torchvision's ``raft_large``.

    Args:
        state_dict: Weights of the original network; not of its small variant.

    Returns:
        Weights of ``torchvision.models.optical_flow.raft_large``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    weights = {
        name: value
        for name, value in state_dict.items()
        if not str(name).startswith(_DUPLICATES)
    }
    renaming = dict(iterate_names())
    check_keys('raft', weights, renaming)
    return {theirs: weights[name] for name, theirs in renaming.items()}
