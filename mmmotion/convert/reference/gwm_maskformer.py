"""The whole network of Guess What Moves.

``gwm_maskformer_vit.npz`` has DINO's ViT-B/8 before the head,
``gwm_swin.npz`` and ``gwm_swin_base.npz`` have a Swin-T.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmmotion.registry import MODELS

from ..state_dict import convert_state_dict
from ..swin import count_blocks
from .comparison import Comparison, compare_sampled
from .dino import vit_config
from .gwm_head import compare_logits, head_config

# Logits reach 60; the original differs by 4e-4 (ViT) and 1.4e-4 (Swin)
# between float32 and float64.
_VIT_ATOL, _SWIN_ATOL = 5e-3, 2e-3
_SAMPLE_ATOL = 1e-3
_SIZE_DIVISOR = 32


def _swin_config(weights: Mapping[str, Tensor]) -> dict:
    """The encoder at the sizes of its weights."""
    depths = count_blocks(weights)
    tables = [
        weights[f'layers.{i}.blocks.0.attn.relative_position_bias_table']
        for i in range(len(depths))
    ]
    kernel = weights['patch_embed.proj.weight']
    hidden = weights['layers.0.blocks.0.mlp.fc1.weight']
    return dict(
        type='mmmotion.SwinEncoder',
        embed_dims=len(kernel),
        depths=depths,
        num_heads=[table.shape[1] for table in tables],
        window_size=(round(len(tables[0])**0.5) + 1) // 2,
        patch_size=kernel.shape[-1],
        mlp_ratio=len(hidden) / len(kernel),
        in_channels=kernel.shape[1],
    )


def _encoder_config(weights: Mapping[str, Tensor], num_maps: int) -> dict:
    """The encoder at the sizes of the segmentor's weights."""
    encoder = {
        key.removeprefix('encoder.'): value
        for key, value in weights.items() if key.startswith('encoder.')
    }
    if not encoder:
        raise KeyError(
            'the weights hold no encoder; a file of the head alone is for '
            'the source gwm-head'
        )
    if 'cls_token' not in encoder:
        return _swin_config(encoder)
    config = vit_config(encoder, out_type='keys')
    last = config['depth'] - 1
    # Every second block up to the last one, and overlapping patches.
    config['out_indices'] = [last - 2 * i for i in reversed(range(num_maps))]
    config['patch_stride'] = config['patch_size'] // 2
    return config


class _Output(NamedTuple):
    """What the network computes on its way."""

    maps: Sequence[Tensor]
    raw_logits: Tensor
    logits: Tensor


def _run(weights: Mapping[str, Tensor], head: dict, image: Tensor) -> _Output:
    """Segment images (B, 3, H, W) in 0..255."""
    model = MODELS.build(
        dict(
            type='mmmotion.GWM',
            encoder=_encoder_config(weights, len(head['in_channels'])),
            head=head,
            motion_model=dict(type='mmmotion.QuadraticMotion'),
            loss_recon=dict(type='mmmotion.FlowReconstructionLoss'),
            size_divisor=_SIZE_DIVISOR,
            fit='frame',
        )
    ).eval()
    model.load_state_dict(weights, strict=True)
    seen = {}
    for name in ('encoder', 'head'):
        model.get_submodule(name).register_forward_hook(
            lambda _, __, output, name=name: seen.update({name: output})
        )
    batch = model.data_preprocessor(
        dict(inputs=dict(frames=list(image[:, None])))
    )
    with torch.no_grad():
        logits = model.segment(batch['inputs'])
    return _Output(seen['encoder'], seen['head'], logits)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network on ``input``.

    Args:
        state: Weights of the original: the head, and Swin's as ``backbone.*``
            or those of DINO's ViT without prefix.
        arrays: ``input`` (B, 3, H, W) in 0..255, ``logits`` (B, K, H, W),
            ``pred_masks`` (B, K, h', w'), the same before they are brought to
            the size of the image, and ``res<i>_sample`` (B, C, h, w) with all
            channels, or every n-th one, of the map i - 2 of the encoder.

    Yields:
        One comparison per map, two per array of logits.

    Raises:
        KeyError: If ``input`` is missing, or there are no weights of an
            encoder.
    """
    samples = [name for name in arrays if name.endswith('_sample')]
    if not samples and not {'logits', 'pred_masks'} & set(arrays):
        return
    image = torch.from_numpy(np.asarray(arrays['input'], np.float32))
    weights = convert_state_dict('gwm-maskformer', state)
    found = _run(weights, head_config(state, weights), image)
    for i, computed in enumerate(found.maps):
        name = f'res{i + 2}_sample'
        if name in arrays:
            yield compare_sampled(name, computed, arrays[name], _SAMPLE_ATOL)
    atol = _VIT_ATOL if 'encoder.cls_token' in weights else _SWIN_ATOL
    for name, logits in (
        ('pred_masks', found.raw_logits),
        ('logits', found.logits),
    ):
        if name in arrays:
            yield from compare_logits(name, logits, arrays[name], atol)
