"""Appearance-Motion Decomposition."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..motion_models import MotionFit
from .base import BaseSegmentor, build_optional, require_input
from .object_supervision import supervise_object
from .region_motion import region_motion


@MODELS.register_module()
class AMD(BaseSegmentor):
    """Segment single frames so that one motion per region rebuilds a frame.

    The appearance pathway splits each frame alone into soft regions. The
    motion pathway matches two frames and gives every region one motion. Each
    frame, sampled along the motion of the regions, has to look like the other
    one; no label, pretrained network or flow is needed. At test there is the
    appearance pathway alone.

    Source: Liu, Wu, Yu, Lin, "The Emergence of Objectness: Learning Zero-Shot
    Segmentation from Videos", NeurIPS 2021.

    Args:
        encoder: Config of the encoder of the appearance pathway, RGB to
            features.
        head: Config of the head, features to K logits.
        motion_model: Config of the motion pathway, ``SegmentFlow``.
        loss_recon: Config of the loss between the frames and what the flows
            make of them.
        loss_dense: Config of the same loss for the flow of single pixels, if
            it is to be trained as well, so that the motion pathway learns to
            match before there are regions; it needs ``with_dense_flow`` of
            the motion model. The release computes it and leaves it out.
        loss_entropy: Config of the loss on undecided masks, if any; the paper
            has none.
        loss_appearance: Config of the loss towards pseudo masks, if the
            pipeline loads them (``PseudoLabelHook``).
        relative_motion: Whether :meth:`channel_motion` is free of the
            motion of the camera, the median over the frame. The paper's is
            not; where a camera follows the object, the background moves
            more.
        postprocess: See ``BaseSegmentor``.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.
    """

    trains_without_labels = True
    aligns_corners = True

    def __init__(
        self,
        encoder: dict,
        head: dict,
        motion_model: dict,
        loss_recon: dict,
        loss_dense: dict | None = None,
        loss_entropy: dict | None = None,
        loss_appearance: dict | None = None,
        relative_motion: bool = False,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        self.encoder = MODELS.build(encoder)
        self.head = MODELS.build(head)
        self.motion_model = MODELS.build(motion_model)
        self.loss_recon = MODELS.build(loss_recon)
        self.loss_dense = build_optional(loss_dense)
        self.loss_entropy = build_optional(loss_entropy)
        self.loss_appearance = build_optional(loss_appearance)
        self.relative_motion = relative_motion

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel of the first frame of each sample.

        The masks are enlarged, not the logits, as in the release.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised.

        Returns:
            (B, K, H, W) logits, the logarithms of the masks.
        """
        frames = require_input(inputs, 'frames', 'AMD')[:, 0]
        masks = _enlarge(self._group(frames), frames)
        return masks.clamp(min=torch.finfo(masks.dtype).tiny).log()

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Error of the frames of a pair rebuilt from each other.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised; the first two are
                the pair.
            data_samples: Not read; no label enters.

        Raises:
            ValueError: If there is only one frame.
        """
        images, masks, fit = self._match(inputs, 'the loss of AMD')
        losses = dict(
            loss_recon=_rebuild(self.loss_recon, images, fit.pyramid)
        )
        if self.loss_dense is not None:
            losses['loss_dense'] = _rebuild(
                self.loss_dense, images, fit.dense_pyramid
            )
        if self.loss_entropy is not None:
            losses['loss_entropy'] = self.loss_entropy(masks)
        pairs = masks.unflatten(0, (2, -1)).transpose(0, 1)
        losses |= supervise_object(self, pairs, inputs)
        return losses

    def channel_motion(self, inputs: dict[str, Tensor]) -> Tensor:
        """Measure how far each region moves between two frames.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised; the first two are
                the pair.

        Returns:
            (B, K) mean length of the flow inside each region, over both
            directions, in pixels of the motion pathway's input; an
            empty region does not move.

        Raises:
            ValueError: If there is only one frame.
        """
        _, masks, fit = self._match(inputs, 'the motion of the regions')
        masks = _enlarge(self.motion_model.select_masks(masks), fit.flow)
        flow = fit.flow
        if self.relative_motion:
            camera = flow.flatten(2).median(dim=2).values
            flow = flow - camera[..., None, None]
        return region_motion(masks, flow)

    def _group(self, frames: Tensor) -> Tensor:
        """Masks (B, K, h, w) of frames (B, 3, H, W)."""
        logits = self.head(self.encoder(frames))
        dtype = torch.promote_types(logits.dtype, torch.float32)
        return logits.to(dtype).softmax(dim=1)

    def _match(self, inputs: dict[str, Tensor],
               who: str) -> tuple[Tensor, Tensor, MotionFit]:
        """Frames in [0, 1], masks and motion, first frames before second."""
        frames = require_input(inputs, 'frames', who)
        if frames.shape[1] < 2:
            raise ValueError(
                f'{who} compares two frames, but the pipeline loads '
                f'{frames.shape[1]} per sample: give LoadFrames a gap, or '
                'gaps=None for those of the sampler (RenderScene: frame_gaps)'
            )
        frames = torch.cat(frames[:, :2].unbind(dim=1))
        masks = self._group(frames)
        images = self.data_preprocessor.denormalize(frames) / 255
        images, features = self.motion_model.encode(images)
        return images, masks, self.motion_model(masks, features=features)


def _rebuild(
    loss: nn.Module, images: Tensor, pyramid: Sequence[Tensor] | None
) -> Tensor:
    """Loss of flows in both directions at all levels."""
    if pyramid is None:
        raise ValueError(
            'loss_dense needs a motion model with with_dense_flow=True'
        )
    forward_flows, backward_flows = zip(*(flow.chunk(2) for flow in pyramid))
    return loss(*images.chunk(2), forward_flows, backward_flows)


def _enlarge(masks: Tensor, like: Tensor) -> Tensor:
    """Masks at the size of another image, corners on corners."""
    return F.interpolate(
        masks, size=like.shape[-2:], mode='bilinear', align_corners=True
    )
