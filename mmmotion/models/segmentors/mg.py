"""Motion Grouping."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..heads import Layers
from ..losses import mask_distances, match_masks
from .base import BaseSegmentor, build_optional, require_input
from .mask_supervision import supervise_masks

_SOURCES = ('flows', 'frames')


@MODELS.register_module()
class MG(BaseSegmentor):
    """Explain a flow field by layers, one for each slot.

    The encoder sees one flow field as a picture. Slots bind what moves
    together, each is decoded into a picture and a mask, and the picture that
    they make together has to be the one that was seen. Masks are pushed to
    decide, and two flows that start at one frame have to be grouped alike.
    No RGB enters unless a config wants it.

    Source: Yang, Lamdouar, Lu, Zisserman, Xie, "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021.

    Args:
        encoder: Config of the encoder, picture to features.
        binding: Config of the binding, features to slots.
        decoder: Config of the decoder, slots to pictures and logits.
        loss_recon: Config of the loss on the reconstruction, or, with a
            motion model, on the flow that it explains, if any.
        loss_entropy: Config of the loss on undecided masks, if any.
        loss_consistency: Config of the loss between the groupings of two
            flows of a frame, if any; it needs two flows or more per sample.
        loss_mask: Config of the loss that compares the masks with known ones
            (``gt_masks``), the first slot with the background, if any: the
            baseline of Xie, Xie, Zisserman, "Segmenting Moving Objects via an
            Object-Centric Layered Representation", NeurIPS 2022.
        flow_encoding: Config of the code of flow as a picture, by default
            ``FlowColorEncoding``.
        motion_model: Config of a motion model that explains the flow inside
            the masks, instead of the pictures of the decoder.
        source: What the encoder sees: each of the ``'flows'``, or the first
            of the ``'frames'``.
        target: What the pictures have to show: the ``'flows'``, or the first
            of the ``'frames'``. Not read with a motion model.
        average_flows: Whether the masks of all flows of a frame are averaged
            at test, after matching the slots to those of the first flow; else
            the first flow decides alone.
        postprocess: See ``BaseSegmentor``.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.

    Raises:
        ValueError: If ``source`` or ``target`` is another word, groupings of
            flows are to be compared that the encoder does not see, or there
            is neither ``loss_recon`` nor ``loss_mask``.
    """

    trains_without_labels = True

    def __init__(
        self,
        encoder: dict,
        binding: dict,
        decoder: dict,
        loss_recon: dict | None = None,
        loss_entropy: dict | None = None,
        loss_consistency: dict | None = None,
        loss_mask: dict | None = None,
        flow_encoding: dict | None = None,
        motion_model: dict | None = None,
        source: str = 'flows',
        target: str = 'flows',
        average_flows: bool = False,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        for name, value in (('source', source), ('target', target)):
            if value not in _SOURCES:
                raise ValueError(
                    f"{name} must be 'flows' or 'frames', got {value!r}"
                )
        if source == 'frames' and (loss_consistency or average_flows):
            raise ValueError(
                'loss_consistency and average_flows compare the groupings of '
                "several flows, but with source='frames' there is one "
                'grouping per sample: leave them out'
            )
        if loss_recon is None and loss_mask is None:
            raise ValueError('expected loss_recon or loss_mask, got neither')
        self.encoder = MODELS.build(encoder)
        self.binding = MODELS.build(binding)
        self.decoder = MODELS.build(decoder)
        self.flow_encoding = MODELS.build(
            flow_encoding or dict(type='mmmotion.FlowColorEncoding')
        )
        self.motion_model = build_optional(motion_model)
        self.loss_recon = build_optional(loss_recon)
        self.loss_entropy = build_optional(loss_entropy)
        self.loss_consistency = build_optional(loss_consistency)
        self.loss_mask = build_optional(loss_mask)
        self.trains_without_labels = loss_mask is None
        self.source = source
        self.target = target
        self.average_flows = average_flows

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel.

        Args:
            inputs: ``flows`` (B, N, 2, h, w) in pixels, or ``frames``
                (B, T, 3, H, W), normalised.

        Returns:
            (B, K, h, w) logits of the first flow or frame, or of the average
            of all flows.
        """
        if not self.average_flows:
            inputs = {key: value[:, :1] for key, value in inputs.items()}
        images = self._see(inputs, self.source, 'MG')
        logits = self.decode(images.flatten(0, 1)).logits
        if images.shape[1] == 1:
            return logits
        masks = logits.float().softmax(dim=1)
        return _average(masks.unflatten(0, images.shape[:2])).log()

    def decode(self, images: Tensor) -> Layers:
        """Compute the layers of pictures (B, C, h, w)."""
        slots = self.binding(self.encoder(images))
        layers = self.decoder(slots, tuple(images.shape[-2:]))
        return Layers(layers.colors.float(), layers.logits.float())

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Eq. 5-8: reconstruction, entropy and consistency.

        Args:
            inputs: ``flows`` (B, N, 2, h, w) in pixels and ``frames``
                (B, T, 3, H, W), normalised, as the settings ask for.
            data_samples: Read by ``loss_mask`` alone; otherwise no label
                enters.

        Raises:
            ValueError: If something is not loaded that the losses need.
        """
        images = self._see(inputs, self.source, 'the loss of MG')
        num_views = images.shape[1]
        if self.loss_consistency is not None and num_views < 2:
            raise ValueError(
                'loss_consistency compares the masks of two flows of one '
                f'frame, but the pipeline loads {num_views} per sample: load '
                'two gaps, or leave loss_consistency out'
            )
        layers = self.decode(images.flatten(0, 1))
        masks = layers.logits.softmax(dim=1)
        losses = {}
        if self.loss_recon is not None:
            losses['loss_recon'] = self.loss_recon(
                *self._explain(inputs, images, layers, masks)
            )
        if self.loss_mask is not None:
            losses['loss_mask'] = supervise_masks(
                self.loss_mask, masks.unflatten(0, (-1, num_views)),
                data_samples
            )
        if self.loss_entropy is not None:
            losses['loss_entropy'] = self.loss_entropy(masks)
        if self.loss_consistency is not None:
            views = masks.unflatten(0, (-1, num_views))
            first, second = zip(*combinations(views.unbind(dim=1), 2))
            losses['loss_consistency'] = self.loss_consistency(
                torch.cat(first), torch.cat(second)
            )
        return losses

    def _see(self, inputs: dict[str, Tensor], source: str, who: str) -> Tensor:
        """Pictures (B, N, C, h, w): all flows, or the first frame."""
        if source == 'flows':
            return self.flow_encoding(require_input(inputs, 'flows', who))
        return require_input(inputs, 'frames', who)[:, :1]

    def _explain(
        self,
        inputs: dict[str, Tensor],
        images: Tensor,
        layers: Layers,
        masks: Tensor,
    ) -> tuple[Any, ...]:
        """What the loss of the reconstruction compares."""
        num_views = images.shape[1]
        if self.motion_model is not None:
            flows = require_input(inputs, 'flows', 'the loss of MG')
            masks, flow = _pair(masks, num_views, flows)
            fit = self.motion_model(masks, flow)
            return fit, flow, masks
        if self.source != self.target:
            images = self._see(inputs, self.target, 'the loss of MG')
        blended = (masks[:, :, None] * layers.colors).sum(dim=1)
        return _pair(blended, num_views, images)


def _pair(maps: Tensor, num_views: int,
          targets: Tensor) -> tuple[Tensor, Tensor]:
    """Bring maps to the size of their targets and repeat the fewer.

    Args:
        maps: (B * V, ...) maps.
        num_views: V.
        targets: (B, U, ...) targets; U or V is 1, or both are equal.
    """
    num_targets = targets.shape[1]
    size = tuple(targets.shape[-2:])
    targets = targets.flatten(0, 1)
    if tuple(maps.shape[-2:]) != size:
        maps = F.interpolate(
            maps, size=size, mode='bilinear', align_corners=False
        )
    if num_views < num_targets:
        maps = maps.repeat_interleave(num_targets, dim=0)
    elif num_targets < num_views:
        targets = targets.repeat_interleave(num_views, dim=0)
    return maps, targets


def _average(masks: Tensor) -> Tensor:
    """Average the masks (B, N, K, h, w) of flows whose slots may swap."""
    first, *others = masks.unbind(dim=1)
    total = first
    for other in others:
        order = match_masks(mask_distances(first, other))
        total = total + torch.take_along_dim(
            other, order[..., None, None], dim=1
        )
    mean = total / masks.shape[1]
    return mean.clamp(min=torch.finfo(mean.dtype).tiny)
