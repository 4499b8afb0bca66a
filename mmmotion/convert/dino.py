"""Weights of DINO's vision transformers."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from .keys import check_keys, count_numbered, strip_prefixes

_ENTRIES = ('weight', 'bias')
_BLOCK_LAYERS = (
    'norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'
)
_RELEASED_BLOCKS = 12
# The projection head of the training and a linear classifier.
_NO_ENCODER = ('head.', )


def _names(num_blocks: int) -> Iterator[str]:
    yield from ('cls_token', 'pos_embed')
    layers = ['patch_embed.proj', 'norm']
    for i in range(num_blocks):
        layers += [f'blocks.{i}.{layer}' for layer in _BLOCK_LAYERS]
    for layer in layers:
        yield from (f'{layer}.{entry}' for entry in _ENTRIES)


def convert_dino(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Pick the weights of a ``ViTEncoder`` from a file of DINO.

    Of a checkpoint of the whole training, the teacher is taken, which is what
    is released as backbone.

    Args:
        state_dict: Weights of the vision transformer of any size, with or
            without the projection head, or the checkpoint of a training.

    Returns:
        Weights of ``ViTEncoder``.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    teacher = state_dict.get('teacher')
    weights = teacher if isinstance(teacher, Mapping) else state_dict
    weights = strip_prefixes(weights, ('module.', 'backbone.'), _NO_ENCODER)
    num_blocks = count_numbered(weights, r'blocks\.(\d+)\.')
    names = list(_names(num_blocks or _RELEASED_BLOCKS))
    check_keys('dino', weights, names)
    return {name: weights[name] for name in names}
