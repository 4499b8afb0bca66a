"""Supervised fine-tuning, by which features are compared."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..layers import resize_maps
from .base import BaseSegmentor, require_input


@MODELS.register_module()
class SemanticSegmentor(BaseSegmentor):
    """Learn the classes of pixels from annotated images.

    No method of motion segmentation but the protocol by which what such a
    method has learned is measured: its encoder and head, with a new
    classifier, are trained further on labels. ``init_cfg`` takes the weights
    of a checkpoint that fit, and the log says which.

    Source: transfer experiment of Liu, Wu, Yu, Lin, "The Emergence of
    Objectness: Learning Zero-Shot Segmentation from Videos", NeurIPS 2021.

    Args:
        encoder: Config of the encoder, RGB to features.
        head: Config of the head, whose groups are the classes, background
            first.
        loss_label: Config of the loss between logits and labels.
        postprocess: See ``BaseSegmentor``; the masks are those of classes.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.
    """

    def __init__(
        self,
        encoder: dict,
        head: dict,
        loss_label: dict,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        self.encoder = MODELS.build(encoder)
        self.head = MODELS.build(head)
        self.loss_label = MODELS.build(loss_label)

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel of the first frame of each sample.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised.

        Returns:
            (B, C, H, W) logits.
        """
        frames = require_input(inputs, 'frames', 'SemanticSegmentor')[:, 0]
        return resize_maps(self._classify(frames), frames.shape[-2:])

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Compare the logits, at the size of the labels, with these.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised.
            data_samples: Samples with ``gt_sem_seg`` of one size.

        Raises:
            ValueError: If there are no labels.
        """
        frames = require_input(inputs, 'frames', 'SemanticSegmentor')[:, 0]
        if not data_samples or any('gt_sem_seg' not in sample
                                   for sample in data_samples):
            raise ValueError(
                'the loss of SemanticSegmentor needs labels (gt_sem_seg): add '
                'LoadLabelMap to the pipeline, and images that are annotated'
            )
        labels = torch.stack([sample.gt_sem_seg for sample in data_samples])
        logits = resize_maps(self._classify(frames), labels.shape[-2:])
        return dict(loss_label=self.loss_label(logits.float(), labels))

    def _classify(self, frames: Tensor) -> Tensor:
        """Logits (B, C, h, w) of frames (B, 3, H, W)."""
        return self.head(self.encoder(frames))
