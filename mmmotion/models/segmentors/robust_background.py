"""A classical baseline: whatever does not move with the background."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmmotion.flow import motion_saliency
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from .base import BaseSegmentor, require_input


@MODELS.register_module()
class RobustBackground(BaseSegmentor):
    """Threshold what a robust background motion leaves of the flow.

    A polynomial motion is fitted to the whole field by iteratively
    re-weighted least squares; pixels whose residual is longer than Otsu's
    threshold are the object. It has nothing to train and sees no RGB.

    Source: the robust dominant motion of Black and Anandan, "The Robust
    Estimation of Multiple Motions", CVIU 1996, and Otsu's threshold, 1979.

    Args:
        degree: 0 constant, 1 affine, 2 quadratic background motion.
        sharpness: Factor from the logarithm of residual over threshold to
            the logit; it changes how soft the masks are, not where they end.
        postprocess: See ``BaseSegmentor``.
        data_preprocessor: See ``BaseSegmentor``.

    Raises:
        ValueError: If the degree is not 0, 1 or 2 or the sharpness is not
            positive.
    """

    def __init__(
        self,
        degree: int = 2,
        sharpness: float = 4.0,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor)
        if degree not in (0, 1, 2) or sharpness <= 0:
            raise ValueError(
                'expected degree 0, 1 or 2 and a positive sharpness, got '
                f'degree={degree} and sharpness={sharpness}'
            )
        self.degree = degree
        self.sharpness = sharpness

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score background and object.

        Args:
            inputs: ``flows`` (B, N, 2, h, w) in pixels; the residual lengths
                of several flows per frame are averaged.

        Returns:
            (B, 2, h, w) logits, background first.

        Raises:
            ValueError: If the pipeline loads no flow.
        """
        flows = require_input(inputs, 'flows', 'RobustBackground')
        length, threshold = motion_saliency(flows, self.degree)
        tiny = torch.finfo(length.dtype).tiny
        ratio = length.clamp(min=tiny) / threshold.clamp(min=tiny)
        logit = self.sharpness * ratio.log()
        return torch.stack([torch.zeros_like(logit), logit], dim=1)

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Refuse to train.

        Raises:
            TypeError: Always; run ``tools/test.py`` without a checkpoint.
        """
        raise TypeError(
            'RobustBackground has nothing to train: run tools/test.py with '
            'its config and no checkpoint'
        )
