"""Motion models and loss of Guess What Moves (``gwm_motion.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import MODELS

from .comparison import Comparison

_MODELS = ('constant', 'affine', 'quadratic')
_REC_ATOL = 2e-4
_LOSS_RTOL = 1e-5
_GRAD_RTOL = 1e-4
_RELEASED_WEIGHT = 0.03


def _objective(name: str, logits: Tensor, flow: Tensor,
               settings: dict) -> tuple[Tensor, Tensor]:
    """Blended flow and loss of one motion model."""
    weighting = settings.pop('weighting', 'square')
    motion_model = MODELS.build(
        dict(type=f'mmmotion.{name.title()}Motion', weighting=weighting)
    )
    loss = MODELS.build(
        dict(type='mmmotion.FlowReconstructionLoss', **settings)
    )
    masks = logits.softmax(dim=1)
    if masks.shape[-2:] != flow.shape[-2:]:
        masks = F.interpolate(
            masks, flow.shape[-2:], mode='bilinear', align_corners=False
        )
    fit = motion_model(masks, flow)
    return fit.flow, loss(fit, flow, masks)


def _released(
    name: str, prefix: str, logits_name: str, arrays: Mapping[str, np.ndarray]
) -> Iterator[Comparison]:
    """The released form, with the gradient of the logits."""
    known = [
        f'{prefix}_{what}' for what in ('rec', 'loss', 'loss_scaled', 'grad')
    ]
    if not any(key in arrays for key in known):
        return
    flow = torch.from_numpy(np.asarray(arrays['flow'], np.float32))
    logits = torch.from_numpy(np.asarray(arrays[logits_name], np.float32))
    logits.requires_grad_()
    rec, loss = _objective(name, logits, flow, dict(loss_weight=1.0))
    _, scaled = _objective(
        name, logits, flow, dict(loss_weight=_RELEASED_WEIGHT)
    )
    grad, = torch.autograd.grad(loss, logits)
    computed = (rec.detach(), loss.detach(), scaled.detach(), grad)
    tolerances = (
        (_REC_ATOL, 0.0),
        (0.0, _LOSS_RTOL),
        (0.0, _LOSS_RTOL),
        (0.0, _GRAD_RTOL),
    )
    for key, value, (atol, rtol) in zip(known, computed, tolerances):
        if key in arrays:
            yield Comparison(key, value.numpy(), arrays[key], atol, rtol)


def _expected(name: str, arrays: Mapping[str,
                                         np.ndarray]) -> Iterator[Comparison]:
    """The expected energy of the paper."""
    key = f'paper_{name}_loss'
    if key not in arrays:
        return
    flow = torch.from_numpy(np.asarray(arrays['flow'], np.float32))
    logits = torch.from_numpy(np.asarray(arrays['logits'], np.float32))
    settings = dict(weighting='linear', energy='expected', loss_weight=1.0)
    _, loss = _objective(name, logits, flow, settings)
    yield Comparison(key, loss.numpy(), arrays[key], 0.0, _LOSS_RTOL)


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Fit the motion models to ``flow`` under the softmax of ``logits``.

    Everything runs in float32.

    Args:
        state: Not used, motion models have no weights.
        arrays: ``flow`` (B, 2, h, w), ``logits`` (B, K, h, w) and
            ``logits_low``, smaller ones whose probabilities are enlarged; per
            model M in constant, affine, quadratic ``M_rec``, ``M_loss``,
            ``M_loss_scaled``, ``M_grad``, the same with ``low_`` in front,
            and ``paper_M_loss``, each if present.

    Yields:
        One comparison per result in the file.
    """
    del state
    for name in _MODELS:
        yield from _released(name, name, 'logits', arrays)
        yield from _released(name, f'low_{name}', 'logits_low', arrays)
        yield from _expected(name, arrays)
