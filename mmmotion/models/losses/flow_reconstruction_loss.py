"""How well the motion of the regions explains the observed flow."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..motion_models import MotionFit


def _robust_loss(
    fitted: Tensor, flow: Tensor, reduction: str = 'mean'
) -> Tensor:
    errors = ((fitted - flow).abs() + 0.01)**0.4
    return errors.mean() if reduction == 'mean' else errors


_ERRORS: dict[str, Callable[..., Tensor]] = dict(
    l1=F.l1_loss, l2=F.mse_loss, robust=_robust_loss
)


def reconstruction_energy(
    fitted: Tensor, flow: Tensor, norm: str = 'l2'
) -> Tensor:
    """Error of the blended flow, averaged over all entries.

    Args:
        fitted: (B, 2, h, w) flow blended from the regions.
        flow: (B, 2, h, w) observed flow.
        norm: ``'l2'`` squared or ``'l1'`` absolute differences, or of those
            ``'robust'`` (d + 0.01)^0.4.

    Returns:
        A scalar.
    """
    return _ERRORS[norm](fitted, flow)


def expected_energy(
    region_flows: Tensor,
    flow: Tensor,
    masks: Tensor,
    norm: str = 'l2'
) -> Tensor:
    """Error of every region's flow, blended with the masks.

    Args:
        region_flows: (B, K, 2, h, w) flow of every region.
        flow: (B, 2, h, w) observed flow.
        masks: (B, K, h, w) soft masks in [0, 1].
        norm: ``'l2'`` squared or ``'l1'`` absolute differences, or of those
            ``'robust'`` (d + 0.01)^0.4.

    Returns:
        A scalar, the sum over regions of the mean over all other axes.
    """
    observed = flow[:, None].expand_as(region_flows)
    errors = _ERRORS[norm](region_flows, observed, reduction='none')
    return (errors.sum(dim=2) * masks).sum() / flow.numel()


@MODELS.register_module()
class FlowReconstructionLoss(nn.Module):
    """Compare the flow that the regions explain with the observed one.

    Source: Choudhury et al., "Guess What Moves", BMVC 2022. The released code
    measures the error of the blended flow (``energy='reconstruction'``), the
    paper (Eq. 2 to 4) blends the errors of the regions
    (``energy='expected'``, together with ``weighting='linear'`` in the motion
    model). They agree where the masks are hard. The robust norm is that of
    the released code of Lian et al., "Bootstrapping Objectness from Videos by
    Relaxed Common Fate and Visual Grouping", CVPR 2023.

    Args:
        energy: ``'reconstruction'`` or ``'expected'``.
        norm: ``'l2'`` squared or ``'l1'`` absolute differences, or of those
            ``'robust'`` (d + 0.01)^0.4.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If an argument is not one of the above.
    """

    def __init__(
        self,
        energy: str = 'reconstruction',
        norm: str = 'l2',
        loss_weight: float = 0.03,
    ) -> None:
        super().__init__()
        if energy not in ('reconstruction', 'expected'):
            raise ValueError(
                "energy must be 'reconstruction' or 'expected', "
                f'got {energy!r}'
            )
        if norm not in _ERRORS:
            raise ValueError(
                f"norm must be 'l1', 'l2' or 'robust', got {norm!r}"
            )
        self.energy = energy
        self.norm = norm
        self.loss_weight = loss_weight

    def forward(self, fit: MotionFit, flow: Tensor, masks: Tensor) -> Tensor:
        """Measure the error in float32 at least.

        Args:
            fit: What the motion model explains.
            flow: (B, 2, h, w) observed flow.
            masks: (B, K, h, w) soft masks in [0, 1] that were fitted.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the expected energy is wanted from a motion model
                that has no flow per region, or the sizes differ.
        """
        if fit.flow.shape != flow.shape:
            raise ValueError(
                f'the fitted flow is {tuple(fit.flow.shape)}, '
                f'the observed one {tuple(flow.shape)}'
            )
        flow = flow.to(torch.promote_types(flow.dtype, torch.float32))
        if self.energy == 'reconstruction':
            energy = reconstruction_energy(fit.flow, flow, self.norm)
        elif fit.region_flows is None:
            raise ValueError(
                "energy='expected' needs a motion model that gives "
                'region_flows'
            )
        else:
            energy = expected_energy(
                fit.region_flows(), flow, masks, self.norm
            )
        return self.loss_weight * energy
