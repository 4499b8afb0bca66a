"""AMD: both pathways, losses and gradients (``amd.npz``).

Everything is computed in float64. In float32 two processors differ by more
than the tolerances: batch statistics amplify rounding errors, and a single
pixel on the other side of a kink changes a gradient by a percent.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow.visibility import visible_by_splatting
from mmmotion.flow.warp import warp
from mmmotion.models.motion_models import MotionFit
from mmmotion.models.segmentors import AMD
from mmmotion.registry import MODELS

from ..amd import iterate_names
from ..state_dict import convert_state_dict
from .comparison import Comparison, ReferenceFile

_VALUE_RTOL = 1e-4
_LOSS_RTOL = 1e-5
_GRAD_RTOL = 1e-3
# Below the whole encoder in training, two float32 computations of the same
# gradient differ by 2 to 4 %, and so does the reference from float64.
_ENCODER_GRAD_RTOL = 5e-2
_FEATURE_STRIDE = 32
_FRAME_STRIDE = 8
# The two finest flows are stored at fewer pixels.
_FLOW_STRIDES = (4, 2, 1, 1, 1)


def _build(state: Mapping[str, Tensor]) -> AMD:
    weights = convert_state_dict('amd', state)
    model = MODELS.build(
        dict(
            type='mmmotion.AMD',
            encoder=dict(
                type='mmmotion.ResNetEncoder',
                strides=(1, 2, 1, 1),
                dilations=(1, 1, 1, 2),
            ),
            head=dict(
                type='mmmotion.FCNHead',
                in_channels=2048,
                num_groups=len(weights['head.conv.weight']),
                in_index=-1,
                num_convs=2,
                dilation=6,
                norm=dict(type='BN'),
            ),
            motion_model=dict(
                type='mmmotion.SegmentFlow', with_dense_flow=True
            ),
            loss_recon=dict(type='mmmotion.PhotometricLoss'),
        )
    )
    model.load_state_dict(weights, strict=True)
    return model.double()


def _names(model: AMD) -> dict[str, str]:
    """Name of ours by that of the original, of everything."""
    names = dict(iterate_names())
    for name in model.encoder.state_dict():
        names[f'backbone2.{name}'] = f'encoder.{name}'
    return names


class _Arrays(ReferenceFile):
    """The file, and comparisons of what it has."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(arrays, _VALUE_RTOL)

    def tensor(self, name: str) -> Tensor:
        """Return an array of the file in float64."""
        return torch.from_numpy(np.asarray(self.arrays[name], np.float64))

    def compare_gradients(self, model: AMD,
                          prefix: str) -> Iterator[Comparison]:
        """Compare the gradients of the parameters."""
        names = _names(model)
        parameters = dict(model.named_parameters())
        for name, reference in self.arrays.items():
            if name.startswith(prefix):
                grad = parameters[names[name.removeprefix(prefix)]].grad
                found = torch.zeros(()) if grad is None else grad
                is_deep = 'backbone2.' in name
                yield from self.compare(
                    name,
                    found.reshape(reference.shape),
                    _ENCODER_GRAD_RTOL if is_deep else _GRAD_RTOL,
                )


def _compare_appearance(
    model: AMD, frames: Tensor, arrays: _Arrays, mode: str
) -> Iterator[Comparison]:
    model.train(mode == 'train')
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with torch.no_grad():
        maps = model.encoder(frames)
        logits = model.head(maps)
    for i, features in enumerate(maps, 1):
        yield from arrays.compare(
            f'{mode}_layer{i}_every32', features[:, ::_FEATURE_STRIDE]
        )
    yield from arrays.compare(f'{mode}_logits', logits)
    # In evaluation mode the softmax of these weights is saturated, and a
    # rounding error of the logits large in the masks.
    rtol = _VALUE_RTOL if mode == 'train' else 1e-2
    yield from arrays.compare(f'{mode}_masks', logits.softmax(dim=1), rtol)
    state, names = model.state_dict(), _names(model)
    for name in arrays.arrays:
        if name.startswith(f'{mode}_after/'):
            value = state[names[name.split('/', 1)[1]]]
            yield from arrays.compare(name, value)
    model.load_state_dict(before)


def _pairwise(flows: Tensor) -> Tensor:
    """Both directions (2, ...) of one pair as channels (1, 4, h, w)."""
    return torch.cat(flows.chunk(2), dim=1)


def _compare_levels(
    model: AMD, fit: MotionFit, masks: Tensor, features: list[Tensor],
    arrays: _Arrays
) -> Iterator[Comparison]:
    """Vectors and flows of both directions."""
    with torch.no_grad():
        levels = list(model.motion_model.iterate(masks, features))
    increments = torch.stack([level.increment for level in levels])
    assert fit.params is not None
    assert fit.pyramid is not None and fit.dense_pyramid is not None
    for i, name in enumerate(('fw', 'bw')):
        yield from arrays.compare(
            f'segment_vectors_{name}', increments[:, i, :, 0]
        )
        yield from arrays.compare(
            f'segment_vectors_{name}_total', fit.params[i, :, 0]
        )
    for level, flow in enumerate(fit.pyramid):
        name = f'segment_flow_{level}'
        if name in arrays.arrays:
            step = _FLOW_STRIDES[level]
            found = _pairwise(flow)[..., ::step, ::step]
            yield from arrays.compare(name, found)
    for level, flow in enumerate(fit.dense_pyramid):
        yield from arrays.compare(f'dense_flow_{level}', _pairwise(flow))


def _loss(model: AMD, images: Tensor, flows: tuple[Tensor, ...]) -> Tensor:
    forward_flows, backward_flows = zip(*(flow.chunk(2) for flow in flows))
    return model.loss_recon(*images.chunk(2), forward_flows, backward_flows)


def _compare_visibility(
    model: AMD, images: Tensor, fit: MotionFit, arrays: _Arrays
) -> Iterator[Comparison]:
    """What each flow leads to, and the terms of the loss."""
    opposite = torch.cat(fit.flow.detach().chunk(2)[::-1])
    visible = visible_by_splatting(opposite)
    for name, found in zip(('occlusion_fw', 'occlusion_bw'), visible):
        if name in arrays.arrays:
            bits = np.packbits(found.bool().numpy().reshape(-1))
            packed = np.asarray(arrays.arrays[name])
            yield Comparison(name, bits.reshape(packed.shape), packed, 0.0)
    if 'loss_terms' not in arrays.arrays:
        return
    rows = []
    for flow in (fit.pyramid or ())[:len(arrays.arrays['loss_terms'])]:
        flow = flow.detach()
        size = flow.shape[-2], flow.shape[-1]
        small = F.adaptive_avg_pool2d(images, size)
        warped = warp(torch.cat(small.chunk(2)[::-1]), flow)
        seen = F.interpolate(visible, size)
        rows.append(
            torch.stack([
                torch.stack(_terms(model, small[i:i + 1], *pair))
                for i, pair in enumerate(zip(warped.split(1), seen.split(1)))
            ])
        )
    yield from arrays.compare('loss_terms', torch.stack(rows), _LOSS_RTOL)


def _terms(model: AMD, image: Tensor, warped: Tensor,
           seen: Tensor) -> list[Tensor]:
    """Unweighted means, visible share and value at one level."""
    terms = [
        distance(image, warped, seen)
        for distance in model.loss_recon.distances
    ]
    weights = [d.loss_weight for d in model.loss_recon.distances]
    share = seen.mean()
    means = [term * share / w for term, w in zip(terms, weights)]
    return [*means, share, torch.stack(terms).sum()]


def _compare_motion(model: AMD, frames: Tensor,
                    arrays: _Arrays) -> Iterator[Comparison]:
    """The motion pathway with the masks of the file."""
    masks = arrays.tensor('masks')[0].requires_grad_()
    motion = model.motion_model
    images = model.data_preprocessor.denormalize(frames) / 255
    images, features = motion.encode(images)
    step = _FRAME_STRIDE
    yield from arrays.compare(
        'pair_resized_every8',
        _pairwise(images)[..., ::step, ::step]
    )
    fit = motion(masks, features=features)
    yield from _compare_levels(model, fit, masks, features, arrays)
    yield from _compare_visibility(model, images, fit, arrays)
    loss = _loss(model, images, fit.pyramid or ())
    yield from arrays.compare('segment_loss', loss, _LOSS_RTOL)
    if 'dense_loss' in arrays.arrays:
        dense = _loss(model, images, fit.dense_pyramid or ())
        yield from arrays.compare('dense_loss', dense, _LOSS_RTOL)
    if 'grad_masks' not in arrays.arrays:
        return
    model.zero_grad()
    loss.backward()
    assert masks.grad is not None
    yield from arrays.compare('grad_masks', masks.grad[None], _GRAD_RTOL)
    yield from arrays.compare_gradients(model, 'grad/')


def _compare_training(model: AMD, frames: Tensor,
                      arrays: _Arrays) -> Iterator[Comparison]:
    """One training pass of the whole model."""
    model.zero_grad()
    loss = model.train().loss(dict(frames=frames[None]), [])['loss_recon']
    yield from arrays.compare('end_to_end_loss', loss, _LOSS_RTOL)
    loss.backward()
    yield from arrays.compare_gradients(model, 'end_to_end_grad/')


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run both pathways alone and together.

    Args:
        state: Weights of the original network.
        arrays: ``frames`` (2, H, W, 3) uint8; with ``masks`` (1, 2, K, h, w)
            the motion pathway is compared as well.

    Yields:
        One comparison per result in the file.
    """
    model, reader = _build(state), _Arrays(arrays)
    images = torch.from_numpy(np.asarray(arrays['frames']))
    frames = model.data_preprocessor.normalize(
        images.permute(0, 3, 1, 2).double()
    )
    for mode in ('eval', 'train'):
        if any(name.startswith(f'{mode}_') for name in arrays):
            yield from _compare_appearance(model, frames, reader, mode)
    if 'masks' in arrays:
        yield from _compare_motion(model, frames, reader)
    if 'end_to_end_loss' in arrays:
        yield from _compare_training(model, frames, reader)
