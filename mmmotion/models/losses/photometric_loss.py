"""How much two frames differ once one is warped to the other."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.flow.visibility import (
    visible_by_consistency,
    visible_by_splatting,
)
from mmmotion.flow.warp import warp
from mmmotion.registry import MODELS

_VISIBILITIES = (None, 'splat', 'bidirectional')


@MODELS.register_module()
class PhotometricLoss(nn.Module):
    """Compare both frames of a pair with what their flows make of the other.

    At each level the frames are reduced to the size of the flow by area
    averaging. What is visible is decided once, from the finest flows, and
    taken to the other levels by nearest neighbour. The levels are added up
    and the two directions averaged.

    Source: Liu et al., "Learning by Analogy" (ARFlow), CVPR 2020, whose
    release has the defaults for its first epochs and
    ``distances=[dict(type='CensusLoss')]`` with
    ``visibility='bidirectional'`` afterwards; AMD (Liu et al., "The Emergence
    of Objectness", NeurIPS 2021) keeps the former.

    Args:
        distances: Configs of the losses that compare two images where both
            are visible, such as ``L1Loss``, ``SSIMLoss`` and ``CensusLoss``;
            their ``loss_weight`` says how they are mixed.
        visibility: ``'splat'``: what the opposite flow leads to;
            ``'bidirectional'``: where both flows agree, which hides
            everything as long as the flow is useless; None: everything.
        level_weights: Weight of every level, finest first; levels of weight
            0 are skipped.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If there are no distances, no positive level weight or
            another word for the visibility.
    """

    def __init__(
        self,
        distances: Sequence[dict] = (
            dict(type='L1Loss', loss_weight=0.15),
            dict(type='SSIMLoss', loss_weight=0.85),
        ),
        visibility: str | None = 'splat',
        level_weights: Sequence[float] = (1.0, 1.0, 1.0, 1.0, 0.0),
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if not distances:
            raise ValueError('expected at least one distance, got none')
        if visibility not in _VISIBILITIES:
            raise ValueError(
                "visibility must be 'splat', 'bidirectional' or None, got "
                f'{visibility!r}'
            )
        if not any(level_weights) or min(level_weights) < 0:
            raise ValueError(
                'expected level_weights of 0 or more, one above, got '
                f'{level_weights}'
            )
        self.distances = nn.ModuleList(MODELS.build(d) for d in distances)
        self.visibility = visibility
        self.level_weights = tuple(level_weights)
        self.loss_weight = loss_weight

    def forward(
        self,
        first: Tensor,
        second: Tensor,
        forward_flows: Sequence[Tensor],
        backward_flows: Sequence[Tensor],
    ) -> Tensor:
        """Average the two directions of the sum over levels.

        Args:
            first: (B, 3, H, W) RGB frames in [0, 1].
            second: (B, 3, H, W) the frames after them.
            forward_flows: One (B, 2, h, w) flow in pixels of its grid per
                level, finest first: where the pixels of the first frame are
                in the second one.
            backward_flows: The same for the pixels of the second frame.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the frames or flows differ in size, or the number
                of levels is not that of the weights, or a level is too small
                for a distance.
        """
        if first.shape != second.shape:
            raise ValueError(
                'the frames of a pair must have one shape, got '
                f'{tuple(first.shape)} and {tuple(second.shape)}'
            )
        self._check_flows(forward_flows, backward_flows)
        flows = forward_flows[0], backward_flows[0]
        loss = self._direction(
            first, second, forward_flows, self._visible(*flows)
        ) + self._direction(
            second, first, backward_flows, self._visible(*flows[::-1])
        )
        return self.loss_weight * loss / 2

    def _check_flows(
        self, forward_flows: Sequence[Tensor], backward_flows: Sequence[Tensor]
    ) -> None:
        counts = len(forward_flows), len(backward_flows)
        if counts != (len(self.level_weights), ) * 2:
            raise ValueError(
                f'level_weights has {len(self.level_weights)} levels, the '
                f'flows have {counts[0]} forward and {counts[1]} backward'
            )
        for flow, opposite in zip(forward_flows, backward_flows, strict=True):
            if flow.shape != opposite.shape:
                raise ValueError(
                    'the flows of both directions must have one shape at '
                    f'each level, got {tuple(flow.shape)} and '
                    f'{tuple(opposite.shape)}'
                )

    def _visible(self, flow: Tensor, opposite: Tensor) -> Tensor | None:
        if self.visibility == 'splat':
            return visible_by_splatting(opposite)
        if self.visibility == 'bidirectional':
            return visible_by_consistency(flow, opposite)
        return None

    def _direction(
        self,
        target: Tensor,
        source: Tensor,
        flows: Sequence[Tensor],
        visible: Tensor | None,
    ) -> Tensor:
        """Reconstruct the target from the source at every level."""
        total = target.new_zeros(())
        for flow, weight in zip(flows, self.level_weights, strict=True):
            if not weight:
                continue
            height, width = flow.shape[-2:]
            size = (height, width)
            image = F.interpolate(target, size, mode='area')
            warped = warp(F.interpolate(source, size, mode='area'), flow)
            seen = None if visible is None else F.interpolate(visible, size)
            try:
                for distance in self.distances:
                    total = total + weight * distance(image, warped, seen)
            except ValueError as error:
                raise ValueError(
                    f'at the level of {height} x {width} pixels of frames of '
                    f'{target.shape[-2]} x {target.shape[-1]}: {error}'
                ) from error
        return total
