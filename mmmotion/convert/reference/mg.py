"""Motion Grouping: network, losses, gradients and evaluation (``mg.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.models.losses import mask_distances
from mmmotion.models.segmentors import MG
from mmmotion.registry import MODELS

from ..mg import iterate_names
from ..state_dict import convert_state_dict
from .comparison import Comparison
from .mg_evaluation import compare_boxes, compare_slots

# The original's own float32 differs from its float64 by about a tenth.
_MASK_ATOL = 2e-5
_COLOR_ATOL = 1e-4
_SLOT_ATOL = 2e-4
_LOSS_RTOL = 1e-4
_GRAD_RTOL = 2e-3
_SCALES = (100.0, 0.01, 0.01)
_ITERATIONS = 5
_STRIDE = 2
_TOKEN_STRIDE = 32


def _build(
    state: Mapping[str, Tensor], arrays: Mapping[str, np.ndarray]
) -> MG:
    """The segmentor at the sizes of the original's weights."""
    weights = convert_state_dict('mg', state)
    stem = weights['encoder.stages.0.0.conv.weight']
    last = weights['decoder.conv.weight']
    num_slots, width = weights['binding.slots'].shape
    num_iters = _ITERATIONS
    for name in ('slots_per_iter', 'attn_per_iter'):
        if name in arrays:
            num_iters = len(arrays[name])
    scales = _scales(arrays)
    model = MODELS.build(
        dict(
            type='mmmotion.MG',
            encoder=dict(
                type='mmmotion.VGGEncoder',
                in_channels=stem.shape[1],
                channels=[
                    len(weights[f'encoder.stages.{i}.1.conv.weight'])
                    for i in range(3)
                ],
            ),
            binding=dict(
                type='mmmotion.SlotAttention',
                in_channels=width,
                num_slots=num_slots,
                num_iters=num_iters,
                hidden_channels=len(weights['binding.mlp.0.weight']),
            ),
            decoder=dict(
                type='mmmotion.SlotDecoder',
                in_channels=width,
                out_channels=len(last) - 1,
                channels=[
                    weights[f'decoder.up.{i}.conv.weight'].shape[1]
                    for i in range(3)
                ],
            ),
            loss_recon=dict(
                type='mmmotion.ReconstructionLoss', loss_weight=scales[0]
            ),
            loss_entropy=dict(
                type='mmmotion.EntropyLoss', loss_weight=scales[1]
            ),
            loss_consistency=dict(
                type='mmmotion.MaskConsistencyLoss', loss_weight=scales[2]
            ),
        )
    )
    model.load_state_dict(weights, strict=True)
    return model.eval()


def _scales(arrays: Mapping[str, np.ndarray]) -> tuple[float, ...]:
    if 'loss_scales' not in arrays:
        return _SCALES
    return tuple(float(scale) for scale in arrays['loss_scales'])


def _compare_all(
    computed: Mapping[str, Tensor],
    arrays: Mapping[str, np.ndarray],
    atol: float = 0.0,
    rtol: float = 0.0,
) -> Iterator[Comparison]:
    for name, value in computed.items():
        if name in arrays:
            found = value.detach().numpy()
            yield Comparison(name, found, arrays[name], atol, rtol)


def _compare_network(model: MG,
                     arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The layers of ``image`` and what the binding does on the way."""
    image = torch.from_numpy(np.asarray(arrays['image'], np.float32))
    with torch.no_grad():
        tokens = model.binding.tokens(model.encoder(image)[-1])
        slots, attention = zip(*model.binding.iterate(tokens))
        layers = model.decoder(slots[-1], tuple(image.shape[-2:]))
    masks = layers.logits.softmax(dim=1)[:, :, None]
    computed = dict(masks=masks, attn_per_iter=torch.stack(attention))
    yield from _compare_all(computed, arrays, _MASK_ATOL)
    computed = dict(
        recon=(masks * layers.colors).sum(dim=1),
        recons_stride2=layers.colors[..., ::_STRIDE, ::_STRIDE],
        tokens_stride32=tokens[:, ::_TOKEN_STRIDE],
    )
    yield from _compare_all(computed, arrays, _COLOR_ATOL)
    computed = dict(slots=slots[-1], slots_per_iter=torch.stack(slots))
    yield from _compare_all(computed, arrays, _SLOT_ATOL)


def _compare_losses(model: MG,
                    arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The objective of ``pair_images`` and its gradient."""
    pairs = torch.from_numpy(np.asarray(arrays['pair_images'], np.float32))
    images = pairs.flatten(0, 1)
    layers = model.decode(images)
    masks = layers.logits.softmax(dim=1)
    yield from _compare_all(
        dict(pair_masks=masks[:, :, None]), arrays, _MASK_ATOL
    )
    first, second = masks[::2], masks[1::2]
    blended = (masks[:, :, None] * layers.colors).sum(dim=1)
    assert model.loss_recon is not None
    assert model.loss_entropy is not None
    assert model.loss_consistency is not None
    losses = dict(
        loss_recon=model.loss_recon(blended, images),
        loss_entropy=model.loss_entropy(masks),
        loss_consistency=model.loss_consistency(first, second),
    )
    total = torch.stack(list(losses.values())).sum()
    losses['loss_total'] = total
    losses['consistency_matrix'] = mask_distances(first, second)
    yield from _compare_all(losses, arrays, rtol=_LOSS_RTOL)
    if 'grad_names' in arrays and 'grad_norms' in arrays:
        total.backward()
        names = dict(iterate_names())
        parameters = dict(model.named_parameters())
        norms = np.asarray(arrays['grad_norms'])
        for name, norm in zip(arrays['grad_names'], norms):
            grad = parameters[names[str(name)]].grad
            yield Comparison(
                f'grad_norms[{name}]',
                grad.norm().numpy(),
                norm,
                # A gradient that a norm or softmax cancels is but rounding.
                atol=1e-5 * float(norms.max()),
                rtol_of_max=_GRAD_RTOL,
            )


def _compare_toy(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The losses of ``toy_masks``, without a network."""
    _, entropy, consistency = _scales(arrays)
    loss_entropy = MODELS.build(
        dict(type='mmmotion.EntropyLoss', loss_weight=entropy)
    )
    loss_consistency = MODELS.build(
        dict(type='mmmotion.MaskConsistencyLoss', loss_weight=consistency)
    )
    masks = torch.from_numpy(np.asarray(arrays['toy_masks'], np.float32))
    masks = masks[:, :, :, 0]
    first, second = masks[:, 0], masks[:, 1]
    computed = dict(
        toy_entropy=loss_entropy(masks.flatten(0, 1)),
        toy_consistency=loss_consistency(first, second),
        toy_matrix=mask_distances(first, second),
    )
    yield from _compare_all(computed, arrays, rtol=_LOSS_RTOL)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network, its losses and the release's evaluation.

    Args:
        state: Weights of the original network.
        arrays: ``image`` (B, C, H, W) with ``masks``, ``recon``,
            ``recons_stride2``, ``slots``, ``slots_per_iter``,
            ``attn_per_iter`` and ``tokens_stride32``; ``pair_images``
            (P, 2, C, h, w) with ``pair_masks``, ``loss_*``,
            ``consistency_matrix``, ``grad_names`` and ``grad_norms``;
            ``toy_masks`` with ``toy_*``; ``eval_masks`` with ``eval_*`` and
            ``moca_*``, each if present.

    Yields:
        One comparison per result in the file, and one per gradient.
    """
    if 'image' in arrays or 'pair_images' in arrays:
        model = _build(state, arrays)
        if 'image' in arrays:
            yield from _compare_network(model, arrays)
        if 'pair_images' in arrays:
            yield from _compare_losses(model, arrays)
    if 'toy_masks' in arrays:
        yield from _compare_toy(arrays)
    if 'eval_masks' in arrays:
        yield from compare_slots(arrays)
        yield from compare_boxes(arrays)
