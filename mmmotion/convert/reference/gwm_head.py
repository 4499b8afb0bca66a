"""The head of Guess What Moves (``gwm_head.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.registry import MODELS

from ..gwm_maskformer import count_layers, count_upsamplings
from ..state_dict import convert_state_dict
from .comparison import Comparison, compare_sampled

# Values reach 75; the original differs by 4e-4 between float32 and float64.
_ATOL = 5e-3
# The groups are much alike under seeded weights, so what they share is
# subtracted for a sharper look.
_CENTRED_ATOL = 2e-3


def head_config(
    state: Mapping[str, Tensor], weights: Mapping[str, Tensor]
) -> dict:
    """The head at the sizes of the original's weights.

    Args:
        state: Weights of the original.
        weights: The same in our names.
    """
    parts = 'head.pixel_decoder', 'head.binding'
    widths = [
        weight.shape[1] for key, weight in weights.items() if
        key.startswith(f'{parts[0]}.laterals.') and key.endswith('.0.weight')
    ]
    num_groups, channels = weights[f'{parts[1]}.queries.weight'].shape
    return dict(
        type='mmmotion.MaskFormerHead',
        in_channels=(*widths, weights[f'{parts[1]}.project.weight'].shape[1]),
        num_groups=num_groups,
        channels=channels,
        pixel_decoder=dict(num_upsamplings=count_upsamplings(state)),
        binding=dict(
            num_layers=count_layers(state),
            mlp_channels=len(weights[f'{parts[1]}.layers.0.mlp.0.weight']),
        ),
    )


def compare_logits(
    name: str,
    computed: Tensor,
    reference: np.ndarray,
    atol: float,
) -> Iterator[Comparison]:
    """Compare logits, then what is left of them without their mean.

    Args:
        name: Name of the reference array.
        computed: (B, K, h, w) logits.
        reference: (B, K, h, w) logits of the original.
        atol: Tolerance of the logits themselves.

    Yields:
        Two comparisons.
    """
    logits = computed.numpy()
    yield Comparison(name, logits, reference, atol)
    yield Comparison(
        f'{name} (centred)',
        logits - logits.mean(axis=1, keepdims=True),
        reference - reference.mean(axis=1, keepdims=True),
        _CENTRED_ATOL,
    )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the head on maps that are rolled copies of ``features``.

    Args:
        state: Weights of the original.
        arrays: ``features`` (B, C, h, w), ``shift``, by how many channels
            each map is rolled against the next finer one, ``mask_features``
            (B, C', h', w') of all channels or every n-th one, and
            ``pred_masks`` (B, K, h', w').

    Yields:
        One comparison of the features, two of the logits.
    """
    if not {'mask_features', 'pred_masks'} & set(arrays):
        return
    weights = convert_state_dict('gwm-maskformer', state)
    config = head_config(state, weights)
    head = MODELS.build(config).eval()
    head.load_state_dict(
        {
            key.removeprefix('head.'): weight
            for key, weight in weights.items() if key.startswith('head.')
        },
        strict=True,
    )
    features = torch.from_numpy(np.asarray(arrays['features'], np.float32))
    shift = int(arrays['shift'])
    maps = [
        features.roll(i * shift, dims=1)
        for i in range(len(config['in_channels']))
    ]
    with torch.no_grad():
        if 'mask_features' in arrays:
            yield compare_sampled(
                'mask_features',
                head.pixel_decoder(maps),
                arrays['mask_features'],
                _ATOL,
            )
        if 'pred_masks' in arrays:
            yield from compare_logits(
                'pred_masks', head(maps), arrays['pred_masks'], _ATOL
            )
