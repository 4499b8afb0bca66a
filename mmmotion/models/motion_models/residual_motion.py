"""A motion model and what every pixel may differ from it."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmmotion.registry import MODELS

from ..layers import resize_maps
from .motion_fit import MotionFit

_MODES = ('add', 'scale')


@MODELS.register_module()
class ResidualMotion(BaseModule):
    """Let every pixel of a region differ from the motion of the region.

    With R_j(p) the head's output for region j at pixel p, the flow of the
    region is ``f_j(p) + bound * tanh(R_j(p) / softness)``, or with
    ``mode='scale'`` ``f_j(p) * (1 + tanh(R_j(p) / softness))``, f_j being that
    of the wrapped model.

    Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation
    with Motion-Appearance Synergy", arXiv 2212.08816, Eq. 3 to 5; the
    softness is that of the released code of its successor RCF. The form of
    the scaling, which the paper only names (Table 4), is ours.

    Args:
        base: Config of the wrapped motion model.
        head: Config of the head that reads both frames, ``PairHead``.
        mode: ``'add'`` or ``'scale'``.
        bound: Largest length of a component that is added, in the units of
            the flow; None adds the head's output as it is.
        softness: Output of the head, divided by which it enters tanh.
        init_cfg: Initialisation as in mmengine.

    Raises:
        ValueError: If an argument is out of its range, or the wrapped model
            finds the flow itself.
    """

    def __init__(
        self,
        base: dict,
        head: dict,
        mode: str = 'add',
        bound: float | None = 10.0,
        softness: float = 10.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if mode not in _MODES:
            raise ValueError(f"mode must be 'add' or 'scale', got {mode!r}")
        if softness <= 0 or (bound is not None and bound <= 0):
            raise ValueError(
                'bound and softness must be positive, got '
                f'bound={bound} and softness={softness}'
            )
        self.base = MODELS.build(base)
        if hasattr(self.base, 'encode'):
            raise ValueError(
                'ResidualMotion wraps a model that is fitted to the flow, '
                f'got {type(self.base).__name__}, which finds its own'
            )
        self.head = MODELS.build(head)
        self.mode = mode
        self.bound = bound
        self.softness = softness

    def forward(
        self,
        masks: Tensor,
        flow: Tensor | None = None,
        features: Sequence[Tensor] | None = None,
    ) -> MotionFit:
        """Fit the wrapped model and add, or multiply with, the residual.

        Args:
            masks: (2B, K, h, w) soft masks in [0, 1] of the first frames of
                all pairs, then of the second ones.
            flow: (2B, 2, h, w) observed flow from the first frames, then
                from the second ones.
            features: Maps (2B, C, h', w') of the encoder in that order.

        Returns:
            Blended flow, parameters of the wrapped model and the flow of
            every region.

        Raises:
            ValueError: If there are no features, they are not those of
                pairs, or the groups differ in number.
        """
        if features is None:
            raise ValueError(
                'ResidualMotion reads features of both frames: pass features '
                'of the encoder'
            )
        if len(masks) % 2 or len(features[-1]) != len(masks):
            raise ValueError(
                'masks and features must hold the first frames of all pairs, '
                f'then the second ones, got {len(masks)} masks and '
                f'{len(features[-1])} features'
            )
        fit = self.base(masks, flow, features)
        output = self.head(features)
        if output.shape[1] != masks.shape[1]:
            raise ValueError(
                f'the head of ResidualMotion has {output.shape[1]} groups, '
                f'the masks have {masks.shape[1]}'
            )
        values = resize_maps(output.flatten(1, 2), masks.shape[-2:])
        values = values.unflatten(1, output.shape[1:3]).to(fit.flow.dtype)
        if self.mode == 'scale':
            return self._scale(fit, masks, values)
        residual = values
        if self.bound is not None:
            residual = self.bound * torch.tanh(values / self.softness)
        regions = fit.region_flows
        return MotionFit(
            flow=fit.flow + _blend(masks, residual),
            params=fit.params,
            region_flows=regions and (lambda: regions() + residual),
        )

    def _scale(
        self, fit: MotionFit, masks: Tensor, values: Tensor
    ) -> MotionFit:
        if fit.region_flows is None:
            raise ValueError(
                "mode='scale' needs a base that gives region_flows"
            )
        scaled = fit.region_flows() * (1 + torch.tanh(values / self.softness))
        return MotionFit(
            flow=_blend(masks, scaled),
            params=fit.params,
            region_flows=lambda: scaled,
        )


def _blend(masks: Tensor, flows: Tensor) -> Tensor:
    """Flows (B, K, 2, h, w) of the regions to that of the image."""
    return torch.einsum('bkhw,bkchw->bchw', masks, flows)
