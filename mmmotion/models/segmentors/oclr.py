"""Object-Centric Layered Representation."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..binding import LayerTokens
from ..layers import compose_layers
from ..losses import layer_costs, match_masks
from .base import BaseSegmentor, require_input
from .layer_targets import resize_targets, stack_shapes

_TARGETS = ('amodal', 'modal')


class LayeredClip(NamedTuple):
    """The layers of a batch of clips.

    Attributes:
        logits: (B, T, K, H, W) of the whole shape of each layer.
        depths: (B, K) depths, the smallest nearest to the camera.
    """

    logits: Tensor
    depths: Tensor


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
        num_gaps: Flows of each frame.
        targets: What the masks have to show: ``'amodal'``, whole shapes, or
            ``'modal'``, their visible parts.
        postprocess: See ``BaseSegmentor``. The first region is the background.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.

    Raises:
        ValueError: If ``num_gaps`` is below 1 or ``targets`` is another word.
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
        num_gaps: int = 2,
        targets: str = 'amodal',
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
        self.encoder = MODELS.build(encoder)
        self.binding = MODELS.build(binding)
        self.decoder = MODELS.build(decoder)
        self.order_head = MODELS.build(order_head)
        self.loss_amodal = MODELS.build(loss_amodal)
        self.loss_boundary = _build(loss_boundary)
        self.loss_order = _build(loss_order)
        self.loss_modal = _build(loss_modal)
        self.num_gaps = num_gaps
        self.targets = targets

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
                f'(num_gaps), got {num_flows} in all: load them with '
                "gaps=(1, -1) and missing='opposite'"
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
        maps, tokens = self.bind(flows)
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
        regions = visible_regions(clip)[:, 0]
        return regions.clamp(min=torch.finfo(regions.dtype).tiny).log()

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Eq. 5-8: shapes, boundaries and order of the layers.

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
        return self.layer_losses(self.decode(flows), shapes.to(flows.device))

    def layer_losses(self, clip: LayeredClip,
                     shapes: Tensor) -> dict[str, Tensor]:
        """Compare layers with known ones, each with the one it fits best.

        Args:
            clip: The predicted layers.
            shapes: (B, T, K, H0, W0) known whole shapes, zeros and ones, from
                back to front.

        Returns:
            Weighted losses.
        """
        logits, depths = (
            value.nan_to_num(nan=0, posinf=0, neginf=0) for value in clip
        )
        visible = compose_layers(shapes, _front_first(shapes))
        masks = shapes if self.targets == 'amodal' else visible
        size = logits.shape[-2:]
        targets = resize_targets(masks, size)
        order = match_masks(layer_costs(logits, targets))
        logits = logits.take_along_dim(order[:, None, :, None, None], dim=2)
        depths = depths.gather(1, order)
        losses = dict(loss_amodal=self.loss_amodal(logits, targets))
        if self.loss_boundary is not None:
            losses['loss_boundary'] = self.loss_boundary(logits, targets)
        if self.loss_order is not None:
            losses['loss_order'] = self.loss_order(depths, shapes)
        if self.loss_modal is not None:
            losses['loss_modal'] = self.loss_modal(
                logits, depths, resize_targets(visible, size)
            )
        return losses


def visible_regions(clip: LayeredClip) -> Tensor:
    """Compose the shapes, cut at a probability of one half, by their depths.

    Returns:
        (B, T, 1 + K, H, W) zeros and ones: the background, and the visible
        part of each layer.
    """
    shapes = (clip.logits > 0).float()
    visible = compose_layers(shapes, clip.depths.argsort(dim=1))
    background = 1 - visible.sum(dim=2, keepdim=True)
    return torch.cat([background, visible], dim=2)


def _front_first(shapes: Tensor) -> Tensor:
    """Order (B, K) of layers that lie from back to front."""
    order = torch.arange(shapes.shape[2], device=shapes.device).flip(0)
    return order.expand(len(shapes), -1)


def _build(cfg: dict | None) -> torch.nn.Module | None:
    return None if cfg is None else MODELS.build(cfg)
