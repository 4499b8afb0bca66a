"""A light network for optical flow between two or three frames."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from ..resize import resize_flow_tensor
from .context_network import ContextNetwork
from .convolution import convolution
from .cost_volume import cost_volume, normalize_features
from .feature_pyramid import FeaturePyramid
from .flow_decoder import FlowDecoder

_RADIUS = 4
_REDUCED = 32


class FlowPyramids(NamedTuple):
    """Flows of both directions at several sizes.

    Attributes:
        forward: (B, 2, H_l, W_l) per size, finest first: the full size and
            each time half of it, in pixels of the size. It starts from the
            first of two frames, or the middle one of three, and leads to the
            next.
        backward: The same to the frame before: from the second of two frames
            to the first, or from the middle one of three to the first. Empty
            if it was not asked for.
    """

    forward: list[Tensor]
    backward: list[Tensor]


@MODELS.register_module()
class PWCLite(BaseModule):
    """Coarse-to-fine matching with one decoder for all levels.

    Two frames give the flow between them. Three frames give both flows that
    start from the middle one, each of which is found in view of the other.

    Source: Liu et al., "Learning by Analogy: Reliable Supervision from
    Transformations for Unsupervised Optical Flow Estimation", CVPR 2020
    (ARFlow), with the reduced connections of its released checkpoints.

    Args:
        num_frames: 2 or 3.
        normalize_features: Whether features are compared after
            :func:`~mmmotion.flow.networks.normalize_features`. The released
            weights are trained without; from scratch it learns to match much
            sooner with it. Weights of one kind do not load into the other.
        init_cfg: Initialisation, see mmengine; PyTorch's own if None. The
            files that ARFlow released can be named as they are.

    Attributes:
        sources: Names of released weights, see ``mmmotion.convert``.
        marks: Setting by the entry that the weights have only with it.
        divisor: Number that divides the sides of the images.

    Raises:
        ValueError: If the number of frames is another one.
    """

    sources = ('arflow', )
    marks: Mapping[str, str] = {'normalizes_features': 'normalize_features'}
    divisor = 64

    def __init__(
        self,
        num_frames: int = 2,
        normalize_features: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_frames not in (2, 3):
            raise ValueError(
                f'expected num_frames to be 2 or 3, got {num_frames}'
            )
        self.num_frames = num_frames
        self.normalize_features = normalize_features
        if normalize_features:
            self.register_buffer('normalizes_features', torch.tensor(True))
        num_flows = num_frames - 1
        num_costs = (2 * _RADIUS + 1)**2
        self.pyramid = FeaturePyramid()
        self.reduce = nn.ModuleList(
            convolution(channels, _REDUCED, kernel_size=1)
            for channels in self.pyramid.out_channels
        )
        self.decoder = FlowDecoder(_REDUCED + num_flows * (num_costs + 2))
        self.predict = nn.Conv2d(self.decoder.out_channels, 2, 3, padding=1)
        self.context = ContextNetwork(
            num_flows * (self.decoder.context_channels + 2)
        )

    def forward(
        self, images: Tensor, with_backward: bool = True
    ) -> FlowPyramids:
        """Estimate the flows between the frames.

        Args:
            images: (B, num_frames, 3, H, W) RGB in [0, 1].
            with_backward: Whether to return the backward flows. Three frames
                have them anyway, two take twice the time.

        Raises:
            ValueError: If there are more or fewer frames, or a side is no
                multiple of 64.
        """
        self._check(images)
        pyramids = [self.pyramid(frame) for frame in images.unbind(dim=1)]
        if self.num_frames == 3:
            previous, middle, following = pyramids
            backward, forward = self._match(middle, [previous, following])
            return FlowPyramids(forward, backward if with_backward else [])
        first, second = pyramids
        if not with_backward:
            return FlowPyramids(self._match(first, [second])[0], [])
        both = [torch.cat(pair) for pair in zip(first, second)]
        swapped = [torch.cat(pair) for pair in zip(second, first)]
        flows = [flow.chunk(2) for flow in self._match(both, [swapped])[0]]
        return FlowPyramids([flow[0] for flow in flows],
                            [flow[1] for flow in flows])

    def _check(self, images: Tensor) -> None:
        num_frames, channels, height, width = images.shape[1:]
        if (num_frames, channels) != (self.num_frames, 3):
            raise ValueError(
                f'expected images of shape (B, {self.num_frames}, 3, H, W), '
                f'got {tuple(images.shape)}'
            )
        if height % self.divisor or width % self.divisor:
            raise ValueError(
                f'expected height and width to be multiples of {self.divisor}'
                f', got {height} x {width}'
            )

    def _match(
        self, centre: Sequence[Tensor], others: Sequence[Sequence[Tensor]]
    ) -> list[list[Tensor]]:
        """Flows from one frame to each of the others, finest first.

        Args:
            centre: (B, C_l, h_l, w_l) features per level, coarsest first.
            others: The same for every other frame.
        """
        flows: list[Tensor] = []
        levels = []
        for level, features in enumerate(centre):
            size = features.shape[-2:]
            frames = [features, *(other[level] for other in others)]
            if self.normalize_features:
                frames = normalize_features(frames)
            if flows:
                flows = [resize_flow_tensor(flow, size) for flow in flows]
                moved = [
                    cost_volume(frames[0], other, flow, _RADIUS)
                    for other, flow in zip(frames[1:], flows)
                ]
            else:
                flows = [
                    features.new_zeros(len(features), 2, *size) for _ in others
                ]
                moved = [
                    cost_volume(frames[0], other, None, _RADIUS)
                    for other in frames[1:]
                ]
            flows = self._refine(self.reduce[level](features), moved, flows)
            levels.append(flows)
        scale = self.pyramid.strides[-1]
        return [[self._enlarge(flow, scale) for flow in direction[::-1]]
                for direction in zip(*levels)]

    def _refine(
        self, features: Tensor, costs: list[Tensor], flows: list[Tensor]
    ) -> list[Tensor]:
        """Add what the decoder and the context network find to the flows."""
        motions = []
        for i in range(len(flows)):
            seen = [*_own_first(costs, i), *_as_seen(flows, i)]
            # The order in the released weights differs.
            seen.insert(1 if self.num_frames == 2 else 0, features)
            motions.append(self.decoder(torch.cat(seen, dim=1)))
        flows = [
            flow + self.predict(motion)
            for flow, motion in zip(flows, motions)
        ]
        last = [m[:, -self.decoder.context_channels:] for m in motions]
        # Every correction sees the flows before any of them is applied.
        corrections = [
            self.context(
                torch.cat([*_own_first(last, i), *_as_seen(flows, i)], dim=1)
            ) for i in range(len(flows))
        ]
        return [flow + more for flow, more in zip(flows, corrections)]

    @staticmethod
    def _enlarge(flow: Tensor, scale: int) -> Tensor:
        height, width = flow.shape[-2:]
        return resize_flow_tensor(flow, (scale * height, scale * width))


def _own_first(values: list[Tensor], own: int) -> list[Tensor]:
    """The value of one direction, then that of the other if there is one."""
    return [values[own], *values[:own], *values[own + 1:]]


def _as_seen(flows: list[Tensor], own: int) -> list[Tensor]:
    """The same for flows, of which the other is turned round."""
    first, *rest = _own_first(flows, own)
    return [first, *(-flow for flow in rest)]
