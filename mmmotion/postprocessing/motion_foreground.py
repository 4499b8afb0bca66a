"""The groups that move against the background are the foreground."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .border_foreground import border_mean
from .foreground import average_scores, compose_foreground
from .moving import moving_ratio
from .postprocessor import Postprocessor


@POSTPROCESSORS.register_module()
class MotionForeground(Postprocessor):
    """Count groups as foreground by how much they move.

    A pixel moves if its flow, freed of a robust background motion, is longer
    than Otsu's threshold of the frame. The share of its mass that a group has
    on moving pixels, relative to the largest such share, is the weight with
    which its mask enters the foreground. A hard choice would hang on groups
    of which about half moves, such as rims around an object.

    Two kinds of groups are background whatever their share: the one with the
    smallest share, and those that are denser on the image border than in the
    whole image, because near ground and other parallax move against the
    background too, but reach out of the image (if that leaves no group, it is
    not asked for). No label is read.

    The pipeline of the evaluation must load flow. The network does not see
    it; it only serves this choice.

    Args:
        vote: Whether the frames of a video decide together, each group by its
            mean share and border density over the frames, weighted by its
            area there; else each frame decides on its own.
        max_border_ratio: Mean of a group's mask on the border over its mean
            in the whole image, above which it is background; None leaves the
            border test out.
        degree: Degree of the background motion, see ``motion_saliency``.

    Raises:
        ValueError: If the ratio is not positive.
    """

    def __init__(
        self,
        vote: bool = True,
        max_border_ratio: float | None = 1.0,
        degree: int = 2,
    ) -> None:
        if max_border_ratio is not None and max_border_ratio <= 0:
            raise ValueError(
                f'max_border_ratio must be positive, got {max_border_ratio}'
            )
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
        weight = self._weigh(share, border_mean(masks), _area(masks))
        return compose_foreground(masks, weight)

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
        weight = self._weigh(
            average_scores(shares, areas),
            torch.stack([border_mean(mask) for mask in masks]).mean(dim=0),
            torch.stack(areas).mean(dim=0),
        )
        return [compose_foreground(mask, weight) for mask in masks]

    def _moving_share(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """(K,) share of each group's mass that moves."""
        ratio = moving_ratio(
            inputs, data_sample, self.degree,
            type(self).__name__
        )
        moving = (ratio > 1).to(masks.dtype)[None, None]
        moving = F.interpolate(moving, size=masks.shape[-2:], mode='area')[0]
        tiny = torch.finfo(masks.dtype).tiny
        return (masks * moving).mean(dim=(-2, -1)) / _area(masks).clamp(tiny)

    def _weigh(self, share: Tensor, border: Tensor, area: Tensor) -> Tensor:
        """(K,) weights in [0, 1] of the groups in the foreground."""
        candidate = torch.ones_like(share, dtype=torch.bool)
        candidate[share.argmin()] = False
        if self.max_border_ratio is not None:
            inside = candidate & (border <= self.max_border_ratio * area)
            candidate = inside if inside.any() else candidate
        weight = share * candidate
        return weight / weight.max().clamp(torch.finfo(weight.dtype).tiny)


def _area(masks: Tensor) -> Tensor:
    return masks.mean(dim=(-2, -1))
