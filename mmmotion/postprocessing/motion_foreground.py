"""The groups that move against the background are the foreground."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow import motion_saliency
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .foreground import average_scores, compose_foreground
from .postprocessor import Postprocessor


@POSTPROCESSORS.register_module()
class MotionForeground(Postprocessor):
    """Take the groups of which most pixels move.

    A pixel moves if its flow, freed of a robust background motion, is longer
    than Otsu's threshold of the frame. A group belongs to the foreground if
    the share of its mass on moving pixels exceeds ``threshold``; if no group
    does, the one with the largest share is the foreground. No label is read.

    The pipeline of the evaluation must load flow. The network does not see
    it; it only serves this choice.

    Args:
        threshold: Share of moving mass in (0, 1) above which a group is
            object.
        vote: Whether the frames of a video decide together, each group by its
            mean share over the frames, weighted by its area there; else each
            frame decides on its own.
        degree: Degree of the background motion, see ``motion_saliency``.

    Raises:
        ValueError: If the threshold is not in (0, 1).
    """

    def __init__(
        self,
        threshold: float = 0.5,
        vote: bool = True,
        degree: int = 2
    ) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f'threshold must be in (0, 1), got {threshold}')
        self.threshold = threshold
        self.vote = vote
        self.degree = degree

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Choose on one frame."""
        return self._split(masks, self._score(masks, inputs, data_sample))

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Choose once for the video if the frames vote."""
        if not self.vote:
            return super().process_video(masks, inputs, data_samples)
        frames = zip(masks, inputs, data_samples, strict=True)
        scores = [self._score(*frame) for frame in frames]
        areas = [mask.mean(dim=(-2, -1)) for mask in masks]
        score = average_scores(scores, areas)
        return [self._split(mask, score) for mask in masks]

    def _score(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """(K,) share of each group's mass that moves."""
        if 'flows' not in inputs:
            raise ValueError(
                'MotionForeground chooses by flow, but the pipeline loads '
                f'none for {data_sample.get("video_id", "the frame")}: add '
                'LoadFlows (or RenderScene with gaps) to the test pipeline'
            )
        length, threshold = motion_saliency(inputs['flows'], self.degree)
        moving = (length > threshold).to(masks.dtype)[None, None]
        moving = F.interpolate(moving, size=masks.shape[-2:], mode='area')[0]
        mass = masks.sum(dim=(-2, -1))
        tiny = torch.finfo(masks.dtype).tiny
        return (masks * moving).sum(dim=(-2, -1)) / mass.clamp(min=tiny)

    def _split(self, masks: Tensor, scores: Tensor) -> Tensor:
        is_object = scores > self.threshold
        if not is_object.any():
            is_object = scores == scores.max()
        return compose_foreground(masks, is_object)
