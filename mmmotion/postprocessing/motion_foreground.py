"""The groups that move against the background are the foreground."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow import motion_saliency
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .border_foreground import border_mean
from .foreground import average_scores, compose_foreground
from .postprocessor import Postprocessor


@POSTPROCESSORS.register_module()
class MotionForeground(Postprocessor):
    """Take the groups of which most pixels move and few lie on the border.

    A pixel moves if its flow, freed of a robust background motion, is longer
    than Otsu's threshold of the frame. A group belongs to the foreground if
    the share of its mass on moving pixels exceeds ``threshold`` and it is not
    denser on the image border than in the whole image: near ground and other
    parallax move against the background too, but reach out of the image. If
    no group qualifies, the one with the largest share of those that pass the
    border test is the foreground, or of all if none does; if all qualify, the
    one with the smallest share is the background. No label is read.

    The pipeline of the evaluation must load flow. The network does not see
    it; it only serves this choice.

    Args:
        threshold: Share of moving mass in (0, 1) above which a group is
            object.
        vote: Whether the frames of a video decide together, each group by its
            mean share and border density over the frames, weighted by its
            area there; else each frame decides on its own.
        max_border_ratio: Mean of a group's mask on the border over its mean
            in the whole image, above which it is background; None leaves the
            border test out.
        degree: Degree of the background motion, see ``motion_saliency``.

    Raises:
        ValueError: If the threshold is not in (0, 1) or the ratio is not
            positive.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        vote: bool = True,
        max_border_ratio: float | None = 1.0,
        degree: int = 2,
    ) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f'threshold must be in (0, 1), got {threshold}')
        if max_border_ratio is not None and max_border_ratio <= 0:
            raise ValueError(
                f'max_border_ratio must be positive, got {max_border_ratio}'
            )
        self.threshold = threshold
        self.vote = vote
        self.max_border_ratio = max_border_ratio
        self.degree = degree

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Choose on one frame."""
        share = self._moving_share(masks, inputs, data_sample)
        is_object = self._choose(share, border_mean(masks), _area(masks))
        return compose_foreground(masks, is_object)

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
        shares = [self._moving_share(*frame) for frame in frames]
        areas = [_area(mask) for mask in masks]
        is_object = self._choose(
            average_scores(shares, areas),
            torch.stack([border_mean(mask) for mask in masks]).mean(dim=0),
            torch.stack(areas).mean(dim=0),
        )
        return [compose_foreground(mask, is_object) for mask in masks]

    def _moving_share(
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
        tiny = torch.finfo(masks.dtype).tiny
        return (masks * moving).mean(dim=(-2, -1)) / _area(masks).clamp(tiny)

    def _choose(self, share: Tensor, border: Tensor, area: Tensor) -> Tensor:
        """(K,) whether a group is object."""
        inside = torch.ones_like(share, dtype=torch.bool)
        if self.max_border_ratio is not None:
            inside = border <= self.max_border_ratio * area
        if not inside.any():
            inside = torch.ones_like(inside)
        is_object = inside & (share > self.threshold)
        if not is_object.any():
            is_object = inside & (share == share[inside].max())
        if is_object.all():
            is_object[share.argmin()] = False
        return is_object


def _area(masks: Tensor) -> Tensor:
    return masks.mean(dim=(-2, -1))
