"""Motion-Appearance Synergy."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..layers import resize_maps
from .base import BaseSegmentor, build_optional, require_input
from .object_supervision import supervise_object
from .region_motion import region_motion


@MODELS.register_module()
class IMAS(BaseSegmentor):
    """Segment single frames so that relaxed common motions explain their flow.

    A network splits each frame of a pair into soft regions. The flow of the
    pair, in both directions, has to be explained by one motion per region and
    a bounded residual, which a head predicts from the features of both frames
    (``ResidualMotion``). No flow is needed at test time.

    Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation
    with Motion-Appearance Synergy", arXiv 2212.08816, and the released code of
    its successor RCF, "Bootstrapping Objectness from Videos by Relaxed Common
    Fate and Visual Grouping", CVPR 2023.

    Args:
        encoder: Config of the encoder, RGB to features.
        head: Config of the head, features to K logits.
        motion_model: Config of the motion model that explains the flow; the
            features that it reads are the maps of ``encoder``.
        loss_recon: Config of the loss on the explained flow, of which both
            directions are added.
        loss_entropy: Config of the loss on undecided masks, if any.
        loss_compact: Config of the loss on spread masks, if any.
        loss_appearance: Config of the loss towards pseudo masks, if the
            pipeline loads them (``PseudoLabelHook``).
        num_groups: K for ``head`` and for the head of ``motion_model``, if it
            has one; None leaves it to their own configs.
        rescale_flow: Whether the flow, brought to the size of the masks, is
            in pixels of that size; the release leaves its values.
        max_flow: Limit of the components of the flow at the size of the
            masks, in its units; None has none.
        postprocess: See ``BaseSegmentor``.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.

    Raises:
        ValueError: If ``max_flow`` is not positive.
    """

    trains_without_labels = True
    training_keys = ('motion_model', 'rescale_flow', 'max_flow')

    def __init__(
        self,
        encoder: dict,
        head: dict,
        motion_model: dict,
        loss_recon: dict,
        loss_entropy: dict | None = None,
        loss_compact: dict | None = None,
        loss_appearance: dict | None = None,
        num_groups: int | None = None,
        rescale_flow: bool = True,
        max_flow: float | None = None,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        if max_flow is not None and max_flow <= 0:
            raise ValueError(f'max_flow must be positive, got {max_flow}')
        if num_groups is not None:
            head = {**head, 'num_groups': num_groups}
            motion_model = _set_groups(motion_model, num_groups)
        self.encoder = MODELS.build(encoder)
        self.head = MODELS.build(head)
        self.motion_model = MODELS.build(motion_model)
        self.loss_recon = MODELS.build(loss_recon)
        self.loss_entropy = build_optional(loss_entropy)
        self.loss_compact = build_optional(loss_compact)
        self.loss_appearance = build_optional(loss_appearance)
        self.rescale_flow = rescale_flow
        self.max_flow = max_flow

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel of the first frame of each sample.

        The masks are enlarged, not the logits, as in the release.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised.

        Returns:
            (B, K, H, W) logits, the logarithms of the masks.
        """
        frames = require_input(inputs, 'frames', 'IMAS')[:, 0]
        masks, _ = self._group(frames)
        masks = resize_maps(masks, frames.shape[-2:])
        return masks.clamp(min=torch.finfo(masks.dtype).tiny).log()

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Eq. 5 and 6: error of the flow that regions and residual explain.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised, of which the first
                two are the pair, and ``flows`` (B, 2, 2, h, w) from the first
                to the second and back.
            data_samples: Not read; no label enters.

        Raises:
            ValueError: If there is no pair, or not one flow each way.
        """
        frames, flows = _take_pairs(inputs, 'the loss of IMAS')
        masks, features = self._group(frames)
        target = self.prepare_flow(flows, masks)
        fit = self.motion_model(masks, target, features)
        # A mean over both directions is half of the sum of their means.
        losses = dict(loss_recon=2 * self.loss_recon(fit, target, masks))
        if self.loss_entropy is not None:
            losses['loss_entropy'] = self.loss_entropy(masks)
        if self.loss_compact is not None:
            losses['loss_compact'] = self.loss_compact(masks)
        pairs = masks.unflatten(0, (2, -1)).transpose(0, 1)
        losses |= supervise_object(self, pairs, inputs)
        return losses

    def prepare_flow(self, flows: Tensor, masks: Tensor) -> Tensor:
        """Bring flow to the size of the masks.

        Args:
            flows: (B, 2, h, w) observed flow.
            masks: (B, K, h', w').

        Returns:
            (B, 2, h', w') flow, as ``rescale_flow`` and ``max_flow`` say.
        """
        height, width = masks.shape[-2:]
        target = resize_maps(flows.to(masks.dtype), (height, width))
        if self.rescale_flow:
            ratio = width / flows.shape[-1], height / flows.shape[-2]
            target = target * target.new_tensor(ratio)[:, None, None]
        if self.max_flow is not None:
            target = target.clamp(-self.max_flow, self.max_flow)
        return target

    def channel_motion(self, inputs: dict[str, Tensor]) -> Tensor:
        """Measure how far the pixels of each region move.

        Args:
            inputs: See :meth:`loss`.

        Returns:
            (B, K) mean length of the flow inside each region, over both
            directions; an empty region does not move.

        Raises:
            ValueError: If there is no pair, or not one flow each way.
        """
        frames, flows = _take_pairs(inputs, 'the motion of the regions')
        masks, _ = self._group(frames)
        return region_motion(masks, self.prepare_flow(flows, masks))

    def _group(self, frames: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Masks (B, K, h, w) and features of frames (B, 3, H, W)."""
        features = self.encoder(frames)
        logits = self.head(features)
        dtype = torch.promote_types(logits.dtype, torch.float32)
        return logits.to(dtype).softmax(dim=1), features


def _set_groups(motion_model: dict, num_groups: int) -> dict:
    if 'head' not in motion_model:
        return motion_model
    head = {**motion_model['head'], 'num_groups': num_groups}
    return {**motion_model, 'head': head}


def _take_pairs(inputs: dict[str, Tensor], who: str) -> tuple[Tensor, Tensor]:
    """First frames before second ones, and their flows, (2B, ...) each."""
    frames = require_input(inputs, 'frames', who)
    flows = require_input(inputs, 'flows', who)
    if frames.shape[1] < 2 or flows.shape[1] != 2:
        raise ValueError(
            f'{who} compares two frames and reads the flow from each to the '
            f'other, but the pipeline loads {frames.shape[1]} frames and '
            f'{flows.shape[1]} flows per sample: give LoadFrames a gap and '
            'LoadFlows (or RenderScene) that gap and both_ways=True'
        )
    return (
        torch.cat(frames[:, :2].unbind(dim=1)),
        torch.cat(flows.unbind(dim=1)),
    )
