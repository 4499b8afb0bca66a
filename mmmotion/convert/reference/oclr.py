"""OCLR: network, losses, gradients and scores (``oclr.npz``)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmmotion.evaluation.functional import layer_iou
from mmmotion.models.layers import compose_layers, compose_softly
from mmmotion.models.losses import boundary_strip, layer_costs, match_masks
from mmmotion.models.segmentors import OCLR, LayeredClip, visible_layers
from mmmotion.models.segmentors.layer_targets import (
    front_first,
    resize_targets,
)
from mmmotion.models.segmentors.layered_clip import match_clip
from mmmotion.registry import MODELS

from ..state_dict import convert_state_dict
from .comparison import Comparison

_LOGIT_ATOL = 2e-4
_DEPTH_ATOL = 2e-5
_TOKEN_ATOL = 5e-5
_CNN_ATOL = 1e-5
_WRONG_PIXELS = 5
_LOSS_ATOL = 1e-6
_SOFT_ATOL = 2e-6
_GRAD_ATOL = 1e-8
_STRIDE = 4

# Names of the release's losses, and ours.
LOSSES = dict(
    amodal_bce='loss_amodal',
    amodal_boundary='loss_boundary',
    order='loss_order',
    modal='loss_modal',
)


def build_oclr(
    state: Mapping[str, Tensor], config: Mapping[str, Any], **losses: float
) -> OCLR:
    """Build the segmentor at the sizes of the original's weights.

    Args:
        state: State dict of the original network.
        config: ``cin``, ``K``, ``feat``, ``layers`` and ``heads``.
        **losses: Weights of the losses by name, e.g. ``loss_order``; those
            of the release by default.
    """
    weights = convert_state_dict('oclr', state)
    hidden = len(weights['binding.layers.0.mlp.0.weight'])
    kinds = dict(
        loss_amodal='MaskCrossEntropyLoss',
        loss_boundary='MaskBoundaryLoss',
        loss_order='LayerOrderLoss',
        loss_modal='LayerCompositionLoss',
    )
    objectives = {
        name: dict(
            type=f'mmmotion.{kind}',
            **(dict(loss_weight=losses[name]) if losses else {}),
        )
        for name, kind in kinds.items()
    }
    model = MODELS.build(
        dict(
            type='mmmotion.OCLR',
            num_gaps=config['cin'] // 2,
            **_parts(config, hidden),
            **objectives,
        )
    )
    model.load_state_dict(weights, strict=True)
    return model.eval()


def _parts(config: Mapping[str, Any], mlp_channels: int) -> dict[str, dict]:
    """Configs of the network at the sizes of the original's."""
    widths = [config['feat'] * 2**i for i in range(5)]
    norm = dict(type='IN', affine=False)
    return dict(
        encoder=dict(
            type='mmmotion.VGGEncoder',
            in_channels=config['cin'],
            channels=widths,
            kernel_size=3,
            norm=norm,
            bias=False,
            negative_slope=0.01,
        ),
        binding=dict(
            type='mmmotion.LayerQueries',
            in_channels=widths[-1],
            num_queries=config['K'],
            num_encoder_layers=config['layers'],
            num_decoder_layers=config['layers'],
            num_heads=config['heads'],
            mlp_channels=mlp_channels,
            dropout=0.0,
        ),
        decoder=dict(
            type='mmmotion.LayerDecoder',
            in_channels=widths,
            num_queries=config['K'],
            num_heads=config['heads'],
            norm=norm,
        ),
        order_head=dict(
            type='mmmotion.DepthOrderHead', in_channels=widths[-1]
        ),
    )


def read_flows(array: np.ndarray) -> Tensor:
    """Stacked flows (B, T, 2 * G, h, w) as (B, T * G, 2, h, w)."""
    flows = torch.from_numpy(np.asarray(array, np.float32))
    return flows.unflatten(2, (-1, 2)).flatten(1, 2)


def _compare(
    computed: Mapping[str, Tensor],
    arrays: Mapping[str, np.ndarray],
    atol: float,
) -> Iterator[Comparison]:
    for name, value in computed.items():
        if name in arrays:
            yield Comparison(
                name,
                value.detach().numpy(),
                arrays[name],
                atol,
            )


def _compare_network(model: OCLR,
                     arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The layers of ``flow``, and what the parts do on the way."""
    flows = read_flows(arrays['flow'])
    with torch.no_grad():
        clip = model.decode(flows)
        maps = model.encoder(flows[:1, :model.num_gaps].flatten(1, 2))
        all_maps = model.encoder(
            flows.unflatten(1, (-1, model.num_gaps)).flatten(2,
                                                             3).flatten(0, 1)
        )
        tokens = model.binding(all_maps, flows.shape[1] // model.num_gaps)
        single = model.decode(flows[:, :model.num_gaps])
    yield from _compare(dict(cnn_frame0=maps[-1][0]), arrays, _CNN_ATOL)
    computed = dict(
        memory_frame0=tokens.cells[0, 0],
        queries=tokens.queries.flatten(1, 2),
    )
    yield from _compare(computed, arrays, _TOKEN_ATOL)
    computed = dict(
        amodal_logits=clip.logits,
        t1_amodal_logits=single.logits[0, 0, :, ::_STRIDE, ::_STRIDE],
    )
    yield from _compare(computed, arrays, _LOGIT_ATOL)
    computed = dict(order=clip.depths, t1_order=single.depths)
    yield from _compare(computed, arrays, _DEPTH_ATOL)
    if 'modal_hard' in arrays:
        visible = visible_layers(clip).numpy()
        wrong = np.count_nonzero(visible != arrays['modal_hard'])
        yield Comparison('modal_hard[pixels]', wrong, 0, _WRONG_PIXELS)


def _loss_inputs(
    arrays: Mapping[str, np.ndarray],
) -> tuple[LayeredClip, Tensor]:
    clip = LayeredClip(
        *(
            torch.from_numpy(np.asarray(arrays[name], np.float32))
            for name in ('loss_logits', 'loss_order')
        )
    )
    shapes = np.asarray(arrays['loss_gt_amodal'], np.float32)
    return clip, torch.from_numpy(shapes)


def _compare_losses(model: OCLR,
                    arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The objective of ``loss_logits`` and its gradient."""
    clip, shapes = _loss_inputs(arrays)
    clip = LayeredClip(*(value.requires_grad_() for value in clip))
    losses = model.layer_losses(clip, shapes)
    total = torch.stack(list(losses.values())).sum()
    grads = torch.autograd.grad(total, clip)
    reference = np.asarray(arrays['loss_values'])
    for name, value in zip(arrays['loss_names'], reference):
        if name == 'total':
            found = total
        else:
            ours = LOSSES[str(name)]
            found = losses[ours] / getattr(model, ours).loss_weight
        yield Comparison(
            f'loss_values[{name}]',
            found.detach().numpy(),
            value,
            _LOSS_ATOL,
        )
    computed = dict(zip(('loss_grad_logits', 'loss_grad_order'), grads))
    yield from _compare(computed, arrays, _GRAD_ATOL)


def _compare_matched(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """What the losses and scores make of ``loss_logits`` on the way."""
    clip, shapes = _loss_inputs(arrays)
    targets = resize_targets(shapes, clip.logits.shape[-2:])
    matched = match_clip(clip, targets)
    visible = visible_layers(matched)
    computed = dict(
        loss_gt_modal=compose_layers(shapes, front_first(shapes)),
        loss_permutation=match_masks(layer_costs(clip.logits, targets)),
        loss_boundary_strip=boundary_strip(targets),
        loss_modal_hard=visible,
    )
    yield from _compare(computed, arrays, 0)
    soft = compose_softly(matched.logits.sigmoid(), matched.depths)
    yield from _compare(dict(loss_modal_soft=soft), arrays, _SOFT_ATOL)
    scored = dict(
        loss_iou_amodal=((matched.logits > 0).float(), 'loss_gt_amodal'),
        loss_iou_modal=(visible, 'loss_gt_modal'),
    )
    for name, (masks, annotation) in scored.items():
        if name in arrays:
            objects = np.asarray(arrays[annotation]) > 0
            layers = resize_targets(masks, objects.shape[-2:]).numpy() > 0
            scores = [layer_iou(*pair) for pair in zip(layers, objects)]
            yield Comparison(name, np.stack(scores), arrays[name], _LOSS_ATOL)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network, its losses and the release's own score.

    Args:
        state: Weights of the original network.
        arrays: ``model_config`` (JSON); ``flow`` (B, T, 2 * G, h, w) with
            what the network makes of it; ``loss_logits`` (B, T, K, h, w),
            ``loss_order`` (B, K), ``loss_gt_amodal`` and ``loss_gt_modal``
            (B, T, K, H, W) with ``loss_*``, each if present.

    Yields:
        One comparison per result in the file, and one per loss.
    """
    model = build_oclr(state, json.loads(str(arrays['model_config'])))
    if 'flow' in arrays:
        yield from _compare_network(model, arrays)
    if 'loss_logits' in arrays:
        yield from _compare_losses(model, arrays)
        yield from _compare_matched(arrays)
