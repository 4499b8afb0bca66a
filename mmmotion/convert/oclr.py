"""Weights of the released OCLR."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys, count_numbered

_ENTRIES = ('weight', 'bias')
_STAGES = 4
_ATTENTION = (
    'in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias'
)
# The attention of cells has one linear layer where torch's has two entries.
_CELL_ATTENTION = ('qkv.weight', 'qkv.bias', 'proj.weight', 'proj.bias')
_MLP = {'linear1': 'mlp.0', 'linear2': 'mlp.3'}
_HEADS = {
    'transformer_enc.encoder_positime.proj': 'binding.encoder.position.proj',
    'transformer_dec.encoder_time.proj': 'binding.time.proj',
    'heatmap.mlp.0': 'decoder.mix.0',
    'classhead.mlp.0': 'order_head.mlp.0',
    'classhead.mlp.2': 'order_head.mlp.2',
    'decoder_am.conv': 'decoder.decoder.conv',
}


def _convolutions() -> Iterator[tuple[str, str]]:
    """Convolutions without bias, and those that double the size."""
    for i in range(_STAGES + 1):
        inner = f'enc{i + 1}' if i < _STAGES else 'bottleneck'
        outer = f'encoder{i + 1}' if i < _STAGES else 'bottleneck'
        for j in range(2):
            yield (
                f'encoder.{outer}.conv_block.{inner}conv{j + 1}.weight',
                f'encoder.stages.{i}.{j}.conv.weight',
            )
    for i in range(_STAGES):
        level = _STAGES - i
        stage = f'decoder.decoder.stages.{i}'
        for j in range(2):
            yield (
                f'decoder_am.decoder{level}.conv_block.dec{level}conv{j + 1}'
                '.weight',
                f'{stage}.convs.{j}.conv.weight',
            )
        for entry in _ENTRIES:
            yield f'decoder_am.upconv{level}.{entry}', f'{stage}.up.{entry}'


def _transformer_layer(
    original: str, ours: str, attentions: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """One layer, without the entries of its attention."""
    layers = dict(_MLP)
    for i in range(len(attentions) + 1):
        layers[f'norm{i + 1}'] = f'norms.{i}'
    for name, new in layers.items():
        for entry in _ENTRIES:
            yield f'{original}.{name}.{entry}', f'{ours}.{new}.{entry}'
    for name, new in attentions.items():
        entries = _CELL_ATTENTION if new == 'attention' else _ATTENTION
        for entry, new_entry in zip(_ATTENTION, entries):
            yield f'{original}.{name}.{entry}', f'{ours}.{new}.{new_entry}'


def iterate_names(num_encoder_layers: int,
                  num_decoder_layers: int) -> Iterator[tuple[str, str]]:
    """Pairs of the original's name and ours.

    Args:
        num_encoder_layers: Layers of attention among the cells.
        num_decoder_layers: Layers by which the queries read them.
    """
    yield from _convolutions()
    for original, ours in _HEADS.items():
        for entry in _ENTRIES:
            yield f'{original}.{entry}', f'{ours}.{entry}'
    yield 'transformer_dec.motion_embed.weight', 'binding.queries.weight'
    for i in range(num_encoder_layers):
        yield from _transformer_layer(
            f'transformer_enc.transformer_encoder.layers.{i}',
            f'binding.encoder.layers.{i}',
            dict(self_attn='attention'),
        )
    for i in range(num_decoder_layers):
        yield from _transformer_layer(
            f'transformer_dec.transformer_decoder.layers.{i}',
            f'binding.layers.{i}',
            dict(self_attn='self_attention', multihead_attn='cross_attention'),
        )


def convert_oclr(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of the release to those of an OCLR segmentor.

    Args:
        state_dict: Weights of the original network, for any number of layers,
            queries and input channels, and any width.

    Returns:
        Weights of ``VGGEncoder`` as ``encoder.*``, of ``LayerQueries`` as
        ``binding.*``, of ``LayerDecoder`` as ``decoder.*`` and of
        ``DepthOrderHead`` as ``order_head.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    counts = (
        count_numbered(
            state_dict, rf'transformer_{part}\.transformer_\w+\.layers\.(\d+)'
        ) for part in ('enc', 'dec')
    )
    renaming = dict(iterate_names(*counts))
    check_keys('oclr', state_dict, renaming)
    return {ours: state_dict[name] for name, ours in renaming.items()}
