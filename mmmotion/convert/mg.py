"""Weights of the released Motion Grouping."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys

_ENTRIES = ('weight', 'bias')
_GRU_ENTRIES = ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')

# Indices of the original's convolutions; each is followed by its norm.
_ENCODER = {
    0: 'stages.0.0',
    3: 'stages.0.1',
    7: 'stages.1.0',
    10: 'stages.1.1',
    14: 'stages.2.0',
    17: 'stages.2.1',
}
_DECODER = {0: 'up.0', 3: 'up.1', 6: 'up.2', 9: 'refine'}
_LAYERS = {
    'decoder_cnn.12': 'decoder.conv',
    'encoder_pos.proj': 'binding.position.proj',
    'decoder_pos.proj': 'decoder.position.proj',
    'layer_norm': 'binding.norm_features',
    'mlp.0': 'binding.token_mlp.0',
    'mlp.2': 'binding.token_mlp.2',
    'slot_attention.norm_input': 'binding.norm_tokens',
    'slot_attention.norm_slots': 'binding.norm_slots',
    'slot_attention.norm_pre_ff': 'binding.norm_mlp',
    'slot_attention.project_q': 'binding.query',
    'slot_attention.project_k': 'binding.key',
    'slot_attention.project_v': 'binding.value',
    'slot_attention.mlp.0': 'binding.mlp.0',
    'slot_attention.mlp.2': 'binding.mlp.2',
}


def iterate_names() -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours."""
    layers = dict(_LAYERS)
    for part, blocks in (('encoder', _ENCODER), ('decoder', _DECODER)):
        for index, name in blocks.items():
            layers[f'{part}_cnn.{index}'] = f'{part}.{name}.conv'
            layers[f'{part}_cnn.{index + 1}'] = f'{part}.{name}.norm'
    for original, ours in layers.items():
        for entry in _ENTRIES:
            yield f'{original}.{entry}', f'{ours}.{entry}'
    for entry in _GRU_ENTRIES:
        yield f'slot_attention.gru.{entry}', f'binding.gru.{entry}'
    yield 'slot_attention.slots_embedding.weight', 'binding.slots'


def convert_mg(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of Motion Grouping to those of an MG segmentor.

    Args:
        state_dict: Weights of the original network, for any number of slots
            and input channels.

    Returns:
        Weights of ``VGGEncoder`` as ``encoder.*``, of ``SlotAttention`` as
        ``binding.*`` and of ``SlotDecoder`` as ``decoder.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    renaming = dict(iterate_names())
    check_keys('mg', state_dict, renaming)
    return {ours: state_dict[name] for name, ours in renaming.items()}
