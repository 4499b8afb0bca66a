"""One motion per region, read from the features of two frames."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.flow.networks import (
    convolution,
    cost_volume,
    normalize_features,
)
from mmmotion.flow.polynomial import evaluate_polynomial
from mmmotion.flow.resize import resize_flow_tensor
from mmmotion.registry import MODELS

from .motion_fit import MotionFit

_RADIUS = 4
_REDUCED = 32
_HIDDEN = 64
_SLOPE = 0.1
_MASK_SOURCES = ('source', 'target')
# Entry of the weights, here and of PWCLite, that normalise features.
_MARK = 'normalizes_features'


@dataclass(frozen=True, eq=False)
class SegmentFlowLevel:
    """State of the segment flow after one level of the pyramid.

    Attributes:
        flow: (B, 2, h, w) flow in pixels of the level.
        params: (B, K, P, 2) parameters of the regions in these pixels.
        increment: (B, K, P, 2) what the level added to them; of a fitted
            motion model, which begins anew at every level, the same.
        dense: (B, 2, h, w) flow of single pixels, or None.
    """

    flow: Tensor
    params: Tensor
    increment: Tensor
    dense: Tensor | None


@MODELS.register_module()
class SegmentFlow(BaseModule):
    """Match two frames and give every region one motion.

    A batch holds pairs in both directions: the first frames of all pairs, then
    the second ones. From coarse to fine, the source is warped by the flow so
    far and compared with the target; the motion features of a region are
    averaged and mapped to what its motion still lacks, and the regions'
    motions blended by the masks are the flow of the level.

    Source: Liu, Wu, Yu, Lin, "The Emergence of Objectness: Learning Zero-Shot
    Segmentation from Videos", NeurIPS 2021, with the pyramid of
    the release, of which the paper does not speak.

    Args:
        input_size: (H, W) to which frames are brought, multiples of the
            pyramid's coarsest stride.
        mask_source: Frame whose masks are laid on the target, which the flow
            starts from: the ``'source'``, as paper and release do, exact for
            small motions only, or the ``'target'``.
        with_dense_flow: Whether the flow of single pixels is computed too.
        normalize_features: Whether features are compared after
            :func:`~mmmotion.flow.networks.normalize_features`; without, a
            training from scratch has to learn first what matches. Weights are
            marked as those of ``PWCLite``; those of the other kind are
            refused.
        pyramid: Config of the pyramid, by default ``FeaturePyramid``.
        decoder: Config from similarities to motion features, by default
            ``FlowDecoder``.
        pooling: Config of the binding of features to regions, by default
            ``SegmentPooling``.
        motion_model: Config of a motion model that is fitted in every region,
            at every level, to the flow that single pixels find, instead of a
            translation from the pooled features. The fit, weighted by the
            masks, takes the place of the pooling.
        init_cfg: Initialisation as in mmengine; by default that of torch.
            ``type='Pretrained'`` takes what a ``PWCLite`` has in common,
            such as a converted one of ARFlow, or, with
            ``prefix='network.'``, one of ``UnsupervisedFlow``.

    Raises:
        ValueError: If ``mask_source`` is another word, ``input_size`` no
            multiple of the stride, or a motion model is given beside the
            pooling whose place it takes.
    """

    def __init__(
        self,
        input_size: Sequence[int] = (384, 640),
        mask_source: str = 'source',
        with_dense_flow: bool = False,
        normalize_features: bool = False,
        pyramid: dict | None = None,
        decoder: dict | None = None,
        pooling: dict | None = None,
        motion_model: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if mask_source not in _MASK_SOURCES:
            raise ValueError(
                "mask_source must be 'source' or 'target', got "
                f'{mask_source!r}'
            )
        if pooling is not None and motion_model is not None:
            raise ValueError(
                'expected pooling or motion_model, which takes its place, got '
                f'{pooling} and {motion_model}'
            )
        self.pyramid = MODELS.build(pyramid or dict(type='FeaturePyramid'))
        stride = self.pyramid.strides[0]
        height, width = input_size
        if min(input_size) < stride or height % stride or width % stride:
            raise ValueError(
                f'input_size must be two multiples of {stride}, got '
                f'{tuple(input_size)}'
            )
        self.input_size = height, width
        self.mask_source = mask_source
        self.with_dense_flow = with_dense_flow
        self.normalize_features = normalize_features
        if normalize_features:
            self.register_buffer(_MARK, torch.tensor(True))
        self.reduce = nn.ModuleList(
            convolution(channels, _REDUCED, kernel_size=1)
            for channels in self.pyramid.out_channels
        )
        in_channels = (2 * _RADIUS + 1)**2 + _REDUCED + 2
        self.decoder = MODELS.build({
            'type': 'FlowDecoder',
            'in_channels': in_channels,
            **(decoder or {})
        })
        self.pooling = MODELS.build(pooling or dict(type='SegmentPooling'))
        self.head = nn.Sequential(
            nn.Linear(self.decoder.out_channels, _HIDDEN),
            nn.LeakyReLU(_SLOPE),
            nn.Linear(_HIDDEN, 2),
        )
        self.motion_model = None
        if motion_model is not None:
            self.motion_model = MODELS.build(motion_model)

    def _load_from_state_dict(
        self,
        state_dict: Mapping[str, Tensor],
        prefix: str,
        *args: Any,  # those of torch, handed on
    ) -> None:
        # Initialisation only logs entries that are missing or unexpected.
        normalized = f'{prefix}{_MARK}' in state_dict
        has_features = f'{prefix}reduce.0.0.weight' in state_dict
        if has_features and normalized != self.normalize_features:
            raise ValueError(
                'the weights of the motion pathway were trained with '
                f'normalize_features={normalized}, but SegmentFlow has '
                f'normalize_features={self.normalize_features}'
            )
        super()._load_from_state_dict(state_dict, prefix, *args)

    def encode(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Describe the frames.

        Args:
            images: (2B, 3, H, W) RGB in [0, 1] of any size, the first frames
                of all pairs, then the second ones.

        Returns:
            The frames at ``input_size`` and their features, coarsest first.
        """
        resized = _resize(images, self.input_size)
        return resized, self.pyramid(resized)

    def forward(
        self,
        masks: Tensor,
        flow: Tensor | None = None,
        features: Sequence[Tensor] | None = None,
    ) -> MotionFit:
        """Find the motion of every region in both directions.

        Args:
            masks: (2B, K, h, w) soft masks in [0, 1] of all first frames,
                then of all second ones, at any size.
            flow: Not used.
            features: (2B, C, h_l, w_l) of the frames in the same order,
                coarsest first, as :meth:`encode` returns them.

        Returns:
            Flow (2B, 2, H, W) at ``input_size`` from the first frames to the
            second ones, then from the second to the first; parameters in its
            pixels; and its levels, finest first.

        Raises:
            ValueError: If there are no features, or they are not those of
                pairs.
        """
        if features is None:
            raise ValueError(
                'SegmentFlow reads the motion from features of both frames: '
                'pass features, as its method encode returns them'
            )
        if len(masks) % 2 or len(features[0]) != len(masks):
            raise ValueError(
                'masks and features must hold the first frames of all pairs, '
                f'then the second ones, got {len(masks)} masks and '
                f'{len(features[0])} features'
            )
        levels = list(self.iterate(masks, features))[::-1]
        stride = self.pyramid.strides[-1]
        flows = [_enlarge(level.flow, stride) for level in levels]
        dense = [
            _enlarge(level.dense, stride) for level in levels
            if level.dense is not None
        ]
        params = levels[0].params * stride
        return MotionFit(
            flow=flows[0],
            params=params,
            pyramid=tuple(flows),
            dense_pyramid=tuple(dense) or None,
            region_flows=partial(
                evaluate_polynomial, params, self.input_size, flows[0].dtype
            ),
        )

    def select_masks(self, masks: Tensor) -> Tensor:
        """The masks (2B, K, h, w) that lie on the target of each direction."""
        return _swap(masks) if self.mask_source == 'source' else masks

    def iterate(self, masks: Tensor,
                features: Sequence[Tensor]) -> Iterator[SegmentFlowLevel]:
        """Refine the motion from the coarsest level to the finest.

        Args:
            masks: See :meth:`forward`.
            features: See :meth:`forward`.

        Yields:
            The state after each level.
        """
        masks = self.select_masks(masks)
        level = None
        for target, reduce in zip(features, self.reduce):
            size = (target.shape[-2], target.shape[-1])
            flow = dense = None
            if level is not None:
                flow = resize_flow_tensor(level.flow, size)
            if level is not None and level.dense is not None:
                dense = resize_flow_tensor(level.dense, size)
            compared = target
            if self.normalize_features:
                compared = torch.cat(normalize_features(target.chunk(2)))
            cost = cost_volume(compared, _swap(compared), flow, _RADIUS)
            if flow is None:
                flow = cost.new_zeros(len(cost), 2, *size)
            found = self.decoder(
                torch.cat((cost, reduce(target), flow), dim=1)
            )
            masks_here = _resize(masks, size)
            if self.motion_model is None:
                level = self._translate(level, found, masks_here)
            else:
                level = self._fit(flow, found, masks_here)
            if self.with_dense_flow:
                change = self._map(found)
                dense = change if dense is None else dense + change
                level = SegmentFlowLevel(
                    level.flow, level.params, level.increment, dense
                )
            yield level

    def _map(self, found: Tensor) -> Tensor:
        """Motion (B, 2, h, w) that each pixel's features stand for."""
        return self.head(found.movedim(1, -1)).movedim(-1, 1)

    def _translate(
        self,
        level: SegmentFlowLevel | None,
        found: Tensor,
        masks: Tensor,
    ) -> SegmentFlowLevel:
        """Add to the regions' translations what their mean features say."""
        increment = self.head(self.pooling(found, masks))
        vectors = increment
        if level is not None:
            vectors = 2 * level.params[:, :, 0] + increment
        flow = torch.einsum('bkhw,bkc->bchw', masks, vectors)
        return SegmentFlowLevel(
            flow, vectors[:, :, None], increment[:, :, None], None
        )

    def _fit(
        self, flow: Tensor, found: Tensor, masks: Tensor
    ) -> SegmentFlowLevel:
        """Fit the regions' motions to the flow that single pixels find."""
        assert self.motion_model is not None
        fit = self.motion_model(masks, flow + self._map(found))
        return SegmentFlowLevel(fit.flow, fit.params, fit.params, None)


def _swap(pairs: Tensor) -> Tensor:
    """Exchange the first and the second frames of a batch of pairs."""
    return torch.cat(pairs.chunk(2)[::-1])


def _resize(images: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(
        images, size=size, mode='bilinear', align_corners=True
    )


def _enlarge(flow: Tensor, factor: int) -> Tensor:
    height, width = flow.shape[-2:]
    return resize_flow_tensor(flow, (factor * height, factor * width))
