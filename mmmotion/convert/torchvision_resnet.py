"""Weights of ResNets under torchvision's names."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from .keys import check_keys, count_numbered, strip_prefixes

NORM_ENTRIES = ('weight', 'bias', 'running_mean', 'running_var')
_COUNTER = 'num_batches_tracked'
_RELEASED_BLOCKS = (3, 4, 6, 3)
_NO_ENCODER = ('fc.', )
# The branch of a contrastive training that gradients reach.
_ONLINE_BRANCH = 'encoder_q.'


def _conv_norm(conv: str, norm: str) -> Iterator[str]:
    yield f'{conv}.weight'
    for entry in NORM_ENTRIES:
        yield f'{norm}.{entry}'


def _names(num_blocks: tuple[int, ...], num_convs: int) -> Iterator[str]:
    """All names but the counters of the norms."""
    yield from _conv_norm('conv1', 'bn1')
    for i, count in enumerate(num_blocks, 1):
        for j in range(count):
            block = f'layer{i}.{j}'
            for k in range(1, num_convs + 1):
                yield from _conv_norm(f'{block}.conv{k}', f'{block}.bn{k}')
            # The first stage of a ResNet without bottlenecks keeps the width.
            if j == 0 and (i > 1 or num_convs == 3):
                down = f'{block}.downsample'
                yield from _conv_norm(f'{down}.0', f'{down}.1')


def convert_torchvision_resnet(
    state_dict: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Pick the weights of a ``ResNetEncoder`` from a released file.

    Args:
        state_dict: Weights of a ResNet of any depth, in torchvision's names,
            with or without the classifier ``fc``; or those of a contrastive
            training like MoCo's, of which the online branch is taken.

    Returns:
        Weights of ``ResNetEncoder``. Counters of batches that an old file
        does not have are 0.

    Raises:
        ValueError: If keys are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    weights = strip_prefixes(state_dict, ('module.', 'backbone.'))
    branch = {k: v for k, v in weights.items() if k.startswith(_ONLINE_BRANCH)}
    weights = strip_prefixes(
        branch or weights, (_ONLINE_BRANCH, ), _NO_ENCODER
    )
    stages = count_numbered(weights, r'layer(\d+)\.')
    num_blocks = tuple(
        count_numbered(weights, rf'layer{i}\.(\d+)\.')
        for i in range(1, stages)
    ) or _RELEASED_BLOCKS
    is_basic = 'layer1.0.conv2.weight' in weights and (
        'layer1.0.conv3.weight' not in weights
    )
    names = list(_names(num_blocks, 2 if is_basic else 3))
    counters = [
        name.replace('running_var', _COUNTER) for name in names
        if name.endswith('running_var')
    ]
    complete = {name: torch.tensor(0) for name in counters}
    complete.update(weights)
    check_keys('torchvision-resnet', complete, [*names, *counters])
    return complete
