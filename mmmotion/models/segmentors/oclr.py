"""Object-Centric Layered Representation."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample, split_into_clips

from ..binding import LayerTokens
from ..layers import compose_layers
from .base import BaseSegmentor, build_optional, require_input
from .frame_prediction import FramePrediction, resize_masks
from .layer_targets import front_first, resize_targets, stack_shapes
from .layered_clip import (
    LayeredClip,
    LayeredVideo,
    add_background,
    join_clips,
    match_clip,
    visible_layers,
)

_ADVICE = "load them with gaps=(1, -1) and missing='opposite'"
_TARGETS = ('amodal', 'modal')
_COMPOSITIONS = ('hard', 'soft')


@MODELS.register_module()
class OCLR(BaseSegmentor):
    """Explain a sequence of flows by layers that hide each other.

    Each layer is the whole shape of one object in all frames of a clip, hidden
    parts included, and has one depth. What is visible follows from both. The
    network learns from synthetic scenes, whose layers are known, and sees flow
    alone.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, and its release.

    Args:
        encoder: Config of the encoder, the flows of a frame to features.
        binding: Config of the binding, features of a clip to layers.
        decoder: Config of the decoder, layers to mask logits.
        order_head: Config of the head that tells how near each layer is.
        loss_amodal: Config of the loss of the whole shapes.
        loss_boundary: Config of the loss along their boundaries, if any.
        loss_order: Config of the loss of the depths, if any.
        loss_modal: Config of the loss of what is visible, if any.
        loss_coarse: Config of a loss that compares queries and cells with the
            layers, if any, and that decides in training which layer belongs
            to which object; not in the paper.
        num_gaps: Flows of each frame.
        targets: What the masks have to show: ``'amodal'``, whole shapes, or
            ``'modal'``, their visible parts.
        clip_length: Frames T of the clips into which videos are cut.
        clip_overlap: Frames that a clip has in common with the next one, at
            least, by which its layers are recognised; the release has none.
        composition: How shapes hide each other in predictions: ``'hard'``,
            after a cut at a probability of one half, as in the release; or
            ``'soft'``, by their probability, so that what several layers
            claim with little confidence each is foreground once
            ``ForegroundObjects`` adds them up. Layers are linked and sorted
            by the hard one.
        postprocess: See ``BaseSegmentor``. The first region is the
            background, the others are the layers, the largest first.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.

    Raises:
        ValueError: If ``num_gaps`` is below 1, ``targets`` or ``composition``
            is another word, or clips overlap entirely.
    """

    def __init__(
        self,
        encoder: dict,
        binding: dict,
        decoder: dict,
        order_head: dict,
        loss_amodal: dict,
        loss_boundary: dict | None = None,
        loss_order: dict | None = None,
        loss_modal: dict | None = None,
        loss_coarse: dict | None = None,
        num_gaps: int = 2,
        targets: str = 'amodal',
        clip_length: int = 30,
        clip_overlap: int = 10,
        composition: str = 'hard',
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        if num_gaps < 1:
            raise ValueError(f'num_gaps must be at least 1, got {num_gaps}')
        if targets not in _TARGETS:
            raise ValueError(
                f"targets must be 'amodal' or 'modal', got {targets!r}"
            )
        if composition not in _COMPOSITIONS:
            raise ValueError(
                f"composition must be 'hard' or 'soft', got {composition!r}"
            )
        self.encoder = MODELS.build(encoder)
        self.binding = MODELS.build(binding)
        self.decoder = MODELS.build(decoder)
        self.order_head = MODELS.build(order_head)
        self.loss_amodal = MODELS.build(loss_amodal)
        self.loss_boundary = build_optional(loss_boundary)
        self.loss_order = build_optional(loss_order)
        self.loss_modal = build_optional(loss_modal)
        self.loss_coarse: Any = build_optional(loss_coarse)
        self.num_gaps = num_gaps
        self.targets = targets
        split_into_clips(1, clip_length, clip_overlap)  # checks both
        self.clip_length = clip_length
        self.clip_overlap = clip_overlap
        self.composition = composition

    def bind(self, flows: Tensor) -> tuple[tuple[Tensor, ...], LayerTokens]:
        """Compute features and bind them to layers.

        Args:
            flows: (B, T * G, 2, h, w) in pixels, the G flows of the first
                frame first.

        Returns:
            Maps (B * T, C, h, w) of the encoder, finest first, and what the
            binding makes of them.

        Raises:
            ValueError: If the flows cannot be shared among frames.
        """
        num_flows = flows.shape[1]
        if num_flows % self.num_gaps:
            raise ValueError(
                f'expected {self.num_gaps} flows for each frame of a clip '
                f'(num_gaps), got {num_flows} in all: {_ADVICE}'
            )
        num_frames = num_flows // self.num_gaps
        images = flows.flatten(0, 1).unflatten(0, (-1, self.num_gaps))
        maps = self.encoder(images.flatten(1, 2))
        return maps, self.binding(maps, num_frames)

    def decode(self, flows: Tensor) -> LayeredClip:
        """Find the layers of clips.

        Args:
            flows: (B, T * G, 2, h, w) in pixels, the G flows of the first
                frame first.
        """
        return self._decode(*self.bind(flows))

    def _decode(
        self, maps: tuple[Tensor, ...], tokens: LayerTokens
    ) -> LayeredClip:
        logits = self.decoder(tokens.queries, tokens.cells, maps[:-1])
        depths = self.order_head(tokens.queries)
        return LayeredClip(logits.float(), depths.float())

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel of the first frame of each clip.

        Args:
            inputs: ``flows`` (B, T * G, 2, h, w) in pixels.

        Returns:
            (B, 1 + K, h, w) logits of the background and of what is visible
            of each layer.
        """
        clip = self.decode(require_input(inputs, 'flows', 'OCLR'))
        regions = self._compose(
            visible_layers(clip)[:, 0],
            clip.logits[:, 0].sigmoid(),
            clip.depths.argsort(dim=1).argsort(dim=1),
        )
        return regions.clamp(min=torch.finfo(regions.dtype).tiny).log()

    def _compose(
        self, visible: Tensor, shapes: Tensor, order: Tensor
    ) -> Tensor:
        """Regions (B, 1 + K, h, w) of frames.

        Args:
            visible: (B, K, h, w) zeros and ones.
            shapes: (B, K, h, w) probability of the whole shapes.
            order: (B, K) int64, 0 for the layer nearest to the camera.
        """
        if self.composition == 'soft':
            indices = order.argsort(dim=1)
            visible = compose_layers(shapes[:, None], indices)[:, 0]
        return add_background(visible)

    def segment_video(self, flows: Tensor) -> LayeredVideo:
        """Find the layers of a video, clip by clip.

        Args:
            flows: (T, G, 2, h, w) in pixels.
        """
        frames = split_into_clips(
            len(flows), self.clip_length, self.clip_overlap
        )
        clips = [
            self.decode(flows[positions].flatten(0, 1)[None])
            for positions in frames
        ]
        return join_clips(clips, frames)

    def score_frames(self, inputs: dict[str, Tensor]) -> Tensor:
        """Leave the regions open, which only a whole video decides.

        Raises:
            ValueError: If a sample is not one frame with its flows, or
                features are asked for.
        """
        flows = require_input(inputs, 'flows', 'OCLR')
        if self.kept_maps or any(step.feature_index is not None
                                 for step in self.postprocess):
            raise ValueError(
                'post-processing or a metric reads the features of the '
                'encoder, but that of OCLR sees flow: give it its own encoder'
            )
        if flows.shape[1] != self.num_gaps:
            raise ValueError(
                f'expected {self.num_gaps} flows of one frame (num_gaps), '
                f'got {flows.shape[1]}: {_ADVICE}'
            )
        return flows.new_zeros((len(flows), 0, *flows.shape[-2:]))

    def start_frame(self, frame: FramePrediction) -> None:
        """Wait for the whole video."""
        if len(frame.masks):
            super().start_frame(frame)

    def finish_video(self, frames: list[FramePrediction]) -> None:
        """Segment the frames of one video together, then post-process them.

        Args:
            frames: All frames of a video in temporal order.
        """
        flows = torch.stack([frame.inputs['flows'] for frame in frames])
        video = self.segment_video(flows)
        regions = self._compose(*video)
        for frame, masks, shapes, order in zip(frames, regions, video.shapes,
                                               video.order, strict=True):
            frame.masks = masks
            frame.data_sample.pred_regions = frame.masks
            frame.data_sample.pred_amodal_masks = shapes
            frame.data_sample.pred_layer_order = order
        super().finish_video(frames)

    def finish_frame(self, frame: FramePrediction) -> None:
        """Fill the sample with masks at the size of the original frame."""
        super().finish_frame(frame)
        sample = frame.data_sample
        if 'pred_amodal_masks' in sample:  # stored predictions have none
            sample.pred_amodal_masks = resize_masks(
                sample.pred_amodal_masks, sample.pred_masks.shape[-2:]
            )

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Compare shapes, boundaries and order of the layers.

        Args:
            inputs: ``flows`` (B, T * G, 2, h, w) in pixels.
            data_samples: One per clip, with ``gt_amodal_masks``
                (T, O, H0, W0), or (O, H0, W0) of a clip of one frame, and
                ``gt_layer_order`` (O,), which a synthetic world knows.

        Raises:
            ValueError: If the masks are missing or do not fit the clips.
        """
        flows = require_input(inputs, 'flows', 'the loss of OCLR')
        num_frames = flows.shape[1] // self.num_gaps
        shapes = stack_shapes(
            data_samples, num_frames, self.binding.num_queries
        )
        shapes = shapes.to(flows.device)
        maps, tokens = self.bind(flows)
        clip = self._decode(maps, tokens)
        if self.loss_coarse is None:
            return self.layer_losses(clip, shapes)
        targets, _ = self._make_targets(shapes, flows.shape[-2:])
        order = self.loss_coarse.match(*tokens, targets)
        losses = self.layer_losses(clip, shapes, order)
        losses['loss_coarse'] = self.loss_coarse(*tokens, targets, order)
        return losses

    def _make_targets(self, shapes: Tensor,
                      size: Sequence[int]) -> tuple[Tensor, Tensor]:
        """What the masks have to show, and what is visible, at a size."""
        small = resize_targets(shapes, size)
        visible = compose_layers(small, front_first(small))
        return (small if self.targets == 'amodal' else visible), visible

    def layer_losses(
        self,
        clip: LayeredClip,
        shapes: Tensor,
        order: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Compare layers with known ones.

        Args:
            clip: The predicted layers.
            shapes: (B, T, K, H0, W0) known whole shapes, zeros and ones, from
                back to front.
            order: (B, K) index of the layer of each known one, by default of
                the one that fits it best.

        Returns:
            Weighted losses.
        """
        size = clip.logits.shape[-2:]
        targets, visible = self._make_targets(shapes, size)
        logits, depths = match_clip(clip, targets, order)
        losses = dict(loss_amodal=self.loss_amodal(logits, targets))
        if self.loss_boundary is not None:
            losses['loss_boundary'] = self.loss_boundary(logits, targets)
        if self.loss_order is not None:
            # Which layers overlap is asked of all pixels.
            losses['loss_order'] = self.loss_order(depths, shapes)
        if self.loss_modal is not None:
            losses['loss_modal'] = self.loss_modal(logits, depths, visible)
        return losses
