"""Parts of photometric losses of ARFlow and AMD (``photometric.npz``)."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow.correlation import correlate
from mmmotion.flow.visibility import (
    splat,
    visible_by_consistency,
    visible_by_splatting,
)
from mmmotion.flow.warp import warp
from mmmotion.models.losses import (
    FlowSmoothnessLoss,
    census_distance,
    ssim_distance,
)
from mmmotion.registry import MODELS

from .comparison import Comparison

_ATOL = 1e-4
_GRAD_RTOL = 1e-4
_LOSS_RTOL = 1e-5
_LEVEL_WEIGHTS = (1.0, 1.0, 0.5)
_CENSUS = [dict(type='mmmotion.CensusLoss')]
_L1_SSIM = [
    dict(type='mmmotion.L1Loss', loss_weight=0.15),
    dict(type='mmmotion.SSIMLoss', loss_weight=0.85),
]
# Distances, visibility, order and weight of the smoothness.
_LOSSES: dict[str, tuple[list[dict], str, int, float]] = {
    'loss_l1_ssim': (_L1_SSIM, 'splat', 1, 50.0),
    'loss_census': (_CENSUS, 'bidirectional', 1, 50.0),
    'loss_l1_ssim_smooth2': (_L1_SSIM, 'splat', 2, 75.0),
}
_LOSS_TERMS = ('total', 'photometric', 'smoothness', 'mean flow')


class _Pair:
    """The frames and flows of the file.

    Args:
        arrays: ``frames``, ``flow_fw`` and ``flow_bw``.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        frames = torch.from_numpy(np.asarray(arrays['frames'], np.float32))
        frames = frames.permute(0, 3, 1, 2) / 255
        self.first, self.second = frames[:1], frames[1:]
        self.forward = torch.from_numpy(arrays['flow_fw'])
        self.backward = torch.from_numpy(arrays['flow_bw'])
        self.warped = warp(self.second, self.forward)

    def smoothness(self, order: int, weight: float) -> Tensor:
        """Mean over both directions."""
        loss = FlowSmoothnessLoss(order, loss_weight=weight)
        return (
            loss(self.forward, self.first) + loss(self.backward, self.second)
        ) / 2

    def warp_gradient(self) -> Tensor:
        """Of the flow, for a loss that weighs every value differently."""
        flow = self.forward.clone().requires_grad_()
        warped = warp(self.second, flow)
        weights = torch.linspace(-1, 1, warped.numel()).view_as(warped)
        gradient, = torch.autograd.grad((warped * weights).sum(), flow)
        return gradient

    def ssim_gradient(self) -> Tensor:
        """Of the warped image, for the mean distance."""
        warped = self.warped.clone().requires_grad_()
        distance = ssim_distance(warped, self.first, 3).mean()
        gradient, = torch.autograd.grad(distance, warped)
        return gradient

    def images(self) -> dict[str, Callable[[], Tensor]]:
        """What is compared pixel by pixel, by name in the file."""
        return {
            'warp_border': lambda: self.warped,
            'warp_zeros': lambda: warp(self.second, self.forward, 'zeros'),
            'ssim_3x3': lambda: ssim_distance(self.warped, self.first, 3),
            'ssim_5x5': lambda: ssim_distance(self.warped, self.first, 5),
            'census_3x3': lambda: census_distance(self.warped, self.first, 3),
            'census_7x7': lambda: census_distance(self.warped, self.first, 7),
            'splat_bw': lambda: splat(self.backward),
            'occlusion_backward': lambda: 1 -
            visible_by_splatting(self.backward),
            'occlusion_bidirection': lambda: 1 -
            visible_by_consistency(self.forward, self.backward),
        }


def _compare_pair(arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    pair = _Pair(arrays)
    for name, compute in pair.images().items():
        if name in arrays:
            atol = 0.0 if name.startswith('occlusion') else _ATOL
            yield Comparison(name, compute().numpy(), arrays[name], atol)
    gradients = dict(
        warp_border_grad_flow=pair.warp_gradient,
        ssim_3x3_grad=pair.ssim_gradient,
    )
    for name, compute in gradients.items():
        if name in arrays:
            yield Comparison(
                name,
                compute().numpy(), arrays[name], 0.0, _GRAD_RTOL
            )
    for order, name in ((1, 'smooth_1st'), (2, 'smooth_2nd')):
        if name in arrays:
            # The file holds the value of the first frame alone.
            value = FlowSmoothnessLoss(order, loss_weight=1.0)
            yield Comparison(
                name,
                value(pair.forward, pair.first).numpy(),
                arrays[name],
                0.0,
                _LOSS_RTOL,
            )
    for name in _LOSSES:
        if name in arrays:
            yield from _compare_loss(name, pair, arrays)


def _compare_loss(name: str, pair: _Pair,
                  arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The whole objective on three levels, term by term."""
    distances, visibility, order, weight = _LOSSES[name]
    levels = [
        torch.cat((pair.forward, pair.backward), dim=1),
        torch.from_numpy(arrays['pyramid_1']),
        torch.from_numpy(arrays['pyramid_2']),
    ]
    photometric_loss = MODELS.build(
        dict(
            type='mmmotion.PhotometricLoss',
            distances=distances,
            visibility=visibility,
            level_weights=_LEVEL_WEIGHTS,
        )
    )
    photometric = photometric_loss(
        pair.first,
        pair.second,
        [level[:, :2] for level in levels],
        [level[:, 2:] for level in levels],
    )
    smoothness = pair.smoothness(order, weight)
    mean_flow = levels[0].abs().mean()
    terms = (photometric + smoothness, photometric, smoothness, mean_flow)
    for term, value, expected in zip(_LOSS_TERMS, terms, arrays[name],
                                     strict=True):
        yield Comparison(
            f'{name}, {term}', value.numpy(), expected, 0.0, _LOSS_RTOL
        )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Compute losses of ``frames`` under the flows of the file.

    Everything runs in float32. The warped image is always made here.

    Args:
        state: Not used, the losses have no weights.
        arrays: ``frames`` (2, H, W, 3) uint8 RGB, ``flow_fw`` and ``flow_bw``
            (1, 2, H, W), ``pyramid_1`` and ``pyramid_2`` (1, 4, h, w) with
            both flows of coarser levels, two features ``correlation_a`` and
            ``correlation_b`` (1, C, h, w), and any of the results.

    Yields:
        One comparison per result in the file, four for a whole objective.
    """
    del state
    if 'frames' in arrays:
        yield from _compare_pair(arrays)
    if 'correlation' in arrays:
        costs = correlate(
            torch.from_numpy(arrays['correlation_a']),
            torch.from_numpy(arrays['correlation_b']),
        )
        yield Comparison(
            'correlation', costs.numpy(), arrays['correlation'], _ATOL
        )
