"""IMAS: network, motion model, losses and gradients (``imas.npz``).

Everything is computed in float64.
"""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.models.losses import (
    AppearanceLoss,
    EntropyLoss,
    reconstruction_energy,
)
from mmmotion.models.segmentors import IMAS
from mmmotion.registry import MODELS

from ..imas import iterate_names
from ..state_dict import convert_state_dict
from .comparison import Comparison, ReferenceFile

_VALUE_RTOL = 1e-5
_GRAD_RTOL = 1e-3
_STATE = 'state/'
_DIRECTIONS = ('fw', 'bw')


def build(weights: Mapping[str, Tensor]) -> IMAS:
    """The released segmentor."""
    head = dict(
        num_convs=2,
        dilation=6,
        norm=dict(type='BN'),
        num_groups=len(weights['head.conv.weight']),
    )
    model = MODELS.build(
        dict(
            type='mmmotion.IMAS',
            encoder=dict(
                type='mmmotion.ResNetEncoder',
                strides=(1, 2, 1, 1),
                dilations=(1, 1, 2, 4),
                contract_dilation=True,
            ),
            head=dict(
                type='mmmotion.FCNHead',
                in_channels=(256, 2048),
                in_index=(0, 3),
                **head,
            ),
            motion_model=dict(
                type='mmmotion.ResidualMotion',
                base=dict(
                    type='mmmotion.ConstantMotion',
                    weighting='linear',
                    pooling_channels=64,
                ),
                head=dict(type='mmmotion.PairHead', in_channels=2048, **head),
            ),
            loss_recon=dict(
                type='mmmotion.FlowReconstructionLoss',
                norm='l1',
                loss_weight=1.0,
            ),
            loss_entropy=dict(
                type='mmmotion.EntropyLoss', softened=True, loss_weight=0.05
            ),
            loss_compact=dict(type='mmmotion.CompactnessLoss'),
            rescale_flow=False,
            max_flow=20.0,
        )
    )
    model.load_state_dict(weights, strict=True)
    return model.double().eval()


class _Arrays(ReferenceFile):
    """The file, and comparisons of what it has."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(arrays, _VALUE_RTOL)

    def compare_directions(self, name: str,
                           computed: Tensor) -> Iterator[Comparison]:
        """Compare both halves of a batch of two directions."""
        for direction, part in zip(_DIRECTIONS, computed.chunk(2)):
            yield from self.compare(f'{name}_{direction}', part)

    def compare_losses(
        self,
        name: str,
        flow: Tensor,
        target: Tensor,
        norm: str = 'l1'
    ) -> Iterator[Comparison]:
        """The error of each direction."""
        for direction, fitted, wanted in zip(_DIRECTIONS, flow.split(1),
                                             target.split(1)):
            error = reconstruction_energy(fitted, wanted, norm)
            yield from self.compare(f'{name}_{direction}', error)


def _read_inputs(arrays: Mapping[str, np.ndarray],
                 model: IMAS) -> dict[str, Tensor]:
    images = torch.from_numpy(np.asarray(arrays['frames'])).double()
    frames = model.data_preprocessor.normalize(images.permute(0, 3, 1, 2))
    flows = torch.stack([
        torch.from_numpy(np.asarray(arrays[f'flow_{d}'], np.float64))
        for d in _DIRECTIONS
    ])
    return dict(frames=frames[None], flows=flows.permute(0, 3, 1, 2)[None])


def _polynomial(name: str, masks: Tensor, target: Tensor) -> Tensor:
    """Flow of a plain polynomial model."""
    motion = MODELS.build(
        dict(type=f'mmmotion.{name.title()}Motion', weighting='linear')
    )
    return motion(masks, target).flow


def _compare_network(model: IMAS, inputs: dict[str, Tensor],
                     arrays: _Arrays) -> Iterator[Comparison]:
    frames = torch.cat(inputs['frames'].unbind(dim=1))
    flows = torch.cat(inputs['flows'].unbind(dim=1))
    features = model.encoder(frames)
    for i, values in enumerate(features):
        if f'feat_{i}' in arrays.arrays:
            kept = np.asarray(arrays.arrays[f'feat_{i}']).shape[1]
            step = values.shape[1] // kept
            yield from arrays.compare(f'feat_{i}', values[:, ::step])
    logits = model.head(features)
    masks = logits.softmax(dim=1)
    yield from arrays.compare('mask_logits', logits)
    yield from arrays.compare('masks', masks)
    motion = model.motion_model
    residual = motion.head(features).transpose(1, 2).flatten(1, 2)
    yield from arrays.compare_directions('residual_logits', residual)
    yield from _compare_appearance(masks, arrays)
    target = model.prepare_flow(flows, masks)
    constant = motion.base(masks, target).flow
    fit = motion(masks, target, features)
    named = dict(
        target=target,
        constant=constant,
        residual=fit.flow - constant,
        pred=fit.flow,
    )
    for name, flow in named.items():
        yield from arrays.compare_directions(name, flow)
    yield from arrays.compare_losses('loss', fit.flow, target)
    yield from arrays.compare_losses('robust_loss', fit.flow, target, 'robust')
    mean = _polynomial('constant', masks, target)
    for name in ('affine', 'quadratic'):
        slope = _polynomial(name, masks, target) - mean
        yield from arrays.compare_directions(name, slope)
        yield from arrays.compare_losses(
            f'{name}_loss', fit.flow + slope, target
        )


def _compare_appearance(masks: Tensor,
                        arrays: _Arrays) -> Iterator[Comparison]:
    """The loss towards a label of the object."""
    if 'appearance_target' not in arrays.arrays:
        return
    target = np.asarray(arrays.arrays['appearance_target'], np.float64)
    channel = int(arrays.arrays['object_channel'])
    # One label of each frame.
    targets = torch.from_numpy(target).flatten(0, -3)
    for name, threshold in (('soft', None), ('binary', 0.35)):
        loss = AppearanceLoss(threshold)(masks[:, channel], targets)
        yield from arrays.compare(f'loss_appearance_{name}', loss)


def _compare_losses(
    model: IMAS,
    inputs: dict[str, Tensor],
    arrays: _Arrays,
    prefix: str = '',
) -> Iterator[Comparison]:
    losses = model.loss(inputs, [])
    entropy = losses['loss_entropy']
    yield from arrays.compare(f'{prefix}loss_flow', losses['loss_recon'])
    assert isinstance(model.loss_entropy, EntropyLoss)
    weight = model.loss_entropy.loss_weight
    yield from arrays.compare(f'{prefix}loss_entropy', entropy / weight)
    total = losses['loss_recon'] + entropy
    yield from arrays.compare(f'{prefix}loss', total)
    if not prefix:
        compact = losses['loss_compact']
        yield from arrays.compare('loss_compactness', compact)
        return
    model.zero_grad()
    total.backward()
    yield from _compare_gradients(model, arrays)


def _compare_gradients(model: IMAS, arrays: _Arrays) -> Iterator[Comparison]:
    names = dict(iterate_names())
    for name in model.encoder.state_dict():
        names[f'backbone2.{name}'] = f'encoder.{name}'
    grads = {k: p.grad for k, p in model.named_parameters()}
    for name, reference in arrays.arrays.items():
        if name.startswith('grad/'):
            grad = grads[names[name.removeprefix('grad/')]]
            assert grad is not None
            yield from arrays.compare(
                name, grad.reshape(reference.shape), _GRAD_RTOL
            )
        if name.startswith('train_after/'):
            value = model.state_dict()[names[name.split('/', 1)[1]]]
            yield from arrays.compare(name, value)
    if 'grad_norms' in arrays.arrays:
        norms = json.loads(str(arrays.arrays['grad_norms']))
        found = [grads[names[key]] for key in norms]
        computed = torch.stack([g.norm() for g in found if g is not None])
        relative = computed / torch.tensor(list(norms.values()))
        yield Comparison(
            'grad_norms',
            relative.numpy(),
            np.ones(len(norms)),
            atol=_GRAD_RTOL,
        )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network and both pathways of the flow, then one training pass.

    Args:
        state: Weights of the original network.
        arrays: ``frames`` (2, H, W, 3) uint8, ``flow_fw`` and ``flow_bw``
            (H, W, 2) and, named ``state/...``, statistics of batch norms that
            stand for those of ``state``.

    Yields:
        One comparison per result in the file.
    """
    statistics = {
        name.removeprefix(_STATE): torch.from_numpy(np.asarray(arrays[name]))
        for name in arrays if name.startswith(_STATE)
    }
    model = build(convert_state_dict('imas', {**state, **statistics}))
    inputs, reader = _read_inputs(arrays, model), _Arrays(arrays)
    with torch.no_grad():
        yield from _compare_network(model, inputs, reader)
        yield from _compare_losses(model, inputs, reader)
    if 'train_loss' in arrays:
        model.train()
        yield from _compare_losses(model, inputs, reader, 'train_')
