"""Weights of the released Guess What Moves: a head like MaskFormer's."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .dino import convert_dino
from .keys import check_keys, count_numbered
from .swin import convert_swin

_HEAD = ('sem_seg_head.', 'criterion.')
_BACKBONE = 'backbone.'
_PIXELS = 'sem_seg_head.pixel_decoder.'
_QUERIES = 'sem_seg_head.predictor.'
_LAYERS = f'{_QUERIES}transformer.decoder.layers.'
_ENTRIES = ('weight', 'bias')
# Saved, but never run: a loss of the supervised model, and a merging of the
# masks that belongs to deep supervision.
_UNUSED = ('criterion.empty_weight', f'{_QUERIES}mask_querie_comb.')
_QUERY_LAYER = {
    'linear1': 'mlp.0',
    'linear2': 'mlp.3',
    'norm1': 'norms.0',
    'norm2': 'norms.1',
    'norm3': 'norms.2',
    'self_attn.out_proj': 'self_attention.out_proj',
    'multihead_attn.out_proj': 'cross_attention.out_proj',
}


def count_layers(state_dict: Mapping[str, Any]) -> int:
    """Number of layers of the query decoder, 6 if there is no sign."""
    return count_numbered(state_dict, rf'{_LAYERS}(\d+)\.') or 6


def count_maps(state_dict: Mapping[str, Any]) -> int:
    """Number of feature maps that the head reads, 4 if there is no sign."""
    # Numbered from 1.
    return (count_numbered(state_dict, rf'{_PIXELS}layer_(\d+)\.') or 5) - 1


def count_upsamplings(state_dict: Mapping[str, Any]) -> int:
    """How often the pixel decoder doubles the size, 0 in the plain one."""
    # Per doubling a convolution, the doubling and another convolution.
    return count_numbered(state_dict, rf'{_PIXELS}mask_features\.(\d+)\.') // 3


def _both(original: str, ours: str) -> Iterator[tuple[str, str]]:
    for entry in _ENTRIES:
        yield f'{original}.{entry}', f'{ours}.{entry}'


def _pixel_names(num_maps: int,
                 num_upsamplings: int) -> Iterator[tuple[str, str]]:
    ours = 'head.pixel_decoder'
    for i in range(1, num_maps):
        for name, part in (('adapter', 'laterals'), ('layer', 'merges')):
            original = f'{_PIXELS}{name}_{i}'
            yield f'{original}.weight', f'{ours}.{part}.{i - 1}.0.weight'
            yield from _both(f'{original}.norm', f'{ours}.{part}.{i - 1}.1')
    coarsest = f'{_PIXELS}layer_{num_maps}'
    yield f'{coarsest}.weight', f'{ours}.coarsest.weight'
    shared, last = f'{coarsest}.norm', f'{_PIXELS}mask_features'
    for i in range(num_upsamplings):
        for name, step in (('up_convs', 3 * i), ('up_mixes', 3 * i + 2)):
            yield f'{last}.{step}.weight', f'{ours}.{name}.{i}.weight'
            shared = f'{last}.{step}.norm'
    # One norm, saved under many names: the last one loaded is effective.
    yield from _both(shared, f'{ours}.norm')
    if num_upsamplings:
        last = f'{last}.{3 * num_upsamplings}'
    yield from _both(last, f'{ours}.last')


def _query_names(num_layers: int) -> Iterator[tuple[str, str]]:
    ours = 'head.binding'
    yield from _both(f'{_QUERIES}input_proj', f'{ours}.project')
    yield f'{_QUERIES}query_embed.weight', f'{ours}.queries.weight'
    for i in range(num_layers):
        for name, part in _QUERY_LAYER.items():
            yield from _both(
                f'{_LAYERS}{i}.{name}', f'{ours}.layers.{i}.{part}'
            )
        for name, part in (('self_attn', 'self'), ('multihead_attn', 'cross')):
            for entry in _ENTRIES:
                yield (
                    f'{_LAYERS}{i}.{name}.in_proj_{entry}',
                    f'{ours}.layers.{i}.{part}_attention.in_proj_{entry}',
                )
    yield from _both(f'{_QUERIES}transformer.decoder.norm', f'{ours}.norm')
    for i in range(3):
        yield from _both(
            f'{_QUERIES}mask_embed.layers.{i}', f'head.embedding.{2 * i}'
        )


def _is_tied(key: str, num_maps: int) -> bool:
    """Whether a key may be another name of the shared norm."""
    norms = (f'{_PIXELS}layer_{num_maps}.norm.', f'{_PIXELS}mask_features.')
    return '.norm.' in key and key.startswith(norms)


def split_encoder(
    state_dict: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Separate the weights of the encoder from those of the head.

    Args:
        state_dict: Weights of the original. A frozen ViT is not among them;
            those of DINO's own file may be added under DINO's names.

    Returns:
        Weights of the encoder without prefix, and all others.
    """
    is_vit = 'cls_token' in state_dict
    encoder, others = {}, {}
    for key, value in state_dict.items():
        if key.startswith(_BACKBONE):
            encoder[key.removeprefix(_BACKBONE)] = value
        elif is_vit and not key.startswith(_HEAD):
            encoder[key] = value
        else:
            others[key] = value
    return encoder, others


def convert_gwm_maskformer(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of Guess What Moves to those of a GWM segmentor.

    The released files of the model with a ViT hold the head alone. Merge
    DINO's own state dict into them to get the weights of the whole model.

    Args:
        state_dict: Weights of the original, with any number of queries,
            layers, feature maps and upsamplings, and with a Swin transformer,
            DINO's ViT or no encoder.

    Returns:
        Weights of ``MaskFormerHead`` as ``head.*``, and of the encoder, if
        there is one, as ``encoder.*``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    encoder, others = split_encoder(state_dict)
    num_maps = count_maps(others)
    renaming = dict(_pixel_names(num_maps, count_upsamplings(others)))
    renaming.update(_query_names(count_layers(others)))
    used = {
        key: value
        for key, value in others.items() if not key.startswith(_UNUSED) and
        (key in renaming or not _is_tied(key, num_maps))
    }
    check_keys('gwm-maskformer', used, renaming)
    weights = {ours: state_dict[name] for name, ours in renaming.items()}
    if encoder:
        convert = convert_dino if 'cls_token' in encoder else convert_swin
        for key, value in convert(encoder).items():
            weights[f'encoder.{key}'] = value
    return weights
