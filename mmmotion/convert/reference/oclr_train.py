"""OCLR: the first iterations of a training (``oclr_train.npz``)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmmotion.models.segmentors import OCLR

from ..oclr import iterate_names
from .comparison import Comparison
from .oclr import LOSSES, build_oclr, read_flows

_LR_ATOL = 1e-12
_FIRST_ATOL = 1e-5
# Later losses depend on rounding; so would weights or logits, far more.
_LATER_ATOL = 2e-3
_GRAD_RTOL = 1e-4
_CLIP = 5.0
# Compared once: Adam's first steps follow signs, so a change of the flow by
# 1e-7 of its size changes this norm by 0.03 after a few of them.
_NORM = 'grad_norm_after_clip'
# A shift of all depths changes nothing, so its gradient is but rounding.
_WITHOUT_GRADIENT = 'classhead.mlp.2.bias'


def _released_rate(iteration: int, schedule: Mapping[str, Any]) -> float:
    """Rate of the release, whose first two iterations precede its warm-up."""
    base, warmup, decay = (schedule[k] for k in ('lr', 'warmup', 'decay'))
    if iteration < 2:
        return base
    if iteration <= decay:
        return base * min(iteration - 1, warmup - 1) / warmup
    return base * 0.5**((iteration - 1) // decay)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Train as the release does.

    Args:
        state: First weights of the original network.
        arrays: ``model_config`` and ``schedule`` (JSON), ``flow``
            (I, B, T, 2 * G, h, w) and ``gt_amodal`` (I, B, T, K, h, w) of I
            iterations, with ``losses`` (I, 6) in the order of ``loss_names``,
            ``lr`` (I,), ``grad_names`` and ``grad_norms_first``.

    Yields:
        One comparison per loss of the first iteration and of all others, and
        one per gradient of the first.
    """
    config = json.loads(str(arrays['model_config']))
    schedule = json.loads(str(arrays['schedule']))
    names = [str(name) for name in arrays['loss_names']]
    scales = {
        LOSSES[name]: float(scale)
        for scale, times, name in (name.partition('*') for name in names)
        if times
    }
    model = build_oclr(state, config, **scales).train()
    rates = [_released_rate(i, schedule) for i in range(len(arrays['lr']))]
    yield Comparison('lr', rates, arrays['lr'], _LR_ATOL)
    steps = _train(model, rates, arrays)
    values = [next(steps)]
    yield from _compare_gradients(model, config, arrays)
    values += steps
    reference = np.asarray(arrays['losses'])
    for i, name in enumerate(names):
        key = LOSSES.get(name.split('*')[-1], name)
        first, *later = (step[key] for step in values)
        yield Comparison(
            f'losses[0][{name}]', first, reference[0, i], _FIRST_ATOL
        )
        if later and name != _NORM:
            yield Comparison(
                f'losses[1:][{name}]', later, reference[1:, i], _LATER_ATOL
            )


def _train(
    model: OCLR, rates: Sequence[float], arrays: Mapping[str, np.ndarray]
) -> Iterator[dict[str, float]]:
    """Make one step per rate and yield its losses, gradients being there."""
    optimizer = torch.optim.Adam(model.parameters())
    all_flows = np.asarray(arrays['flow'])
    all_shapes = np.asarray(arrays['gt_amodal'], np.float32)
    for rate, flows, shapes in zip(rates, all_flows, all_shapes):
        optimizer.param_groups[0]['lr'] = rate
        optimizer.zero_grad()
        losses = model.layer_losses(
            model.decode(read_flows(flows)), torch.from_numpy(shapes)
        )
        total = torch.stack(list(losses.values())).sum()
        total.backward()
        parameters = list(model.parameters())
        torch.nn.utils.clip_grad_value_(parameters, _CLIP)
        norms = [p.grad.norm() for p in parameters if p.grad is not None]
        norm = torch.stack(norms).norm()
        found = {**losses, 'total': total, _NORM: norm}
        yield {key: value.item() for key, value in found.items()}
        optimizer.step()


def _compare_gradients(
    model: torch.nn.Module,
    config: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
) -> Iterator[Comparison]:
    ours = dict(iterate_names(config['layers'], config['layers']))
    for name, norm in zip(arrays['grad_names'], arrays['grad_norms_first']):
        if name == _WITHOUT_GRADIENT:
            continue
        grad = model.get_parameter(ours[str(name)]).grad
        assert grad is not None
        yield Comparison(
            f'grad_norms_first[{name}]',
            grad.norm().numpy(),
            norm,
            atol=0.0,
            rtol_of_max=_GRAD_RTOL,
        )
