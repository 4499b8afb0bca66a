"""The group that covers the least of the image border is the foreground."""

import torch
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .foreground import compose_foreground
from .postprocessor import Postprocessor


def border_share(masks: Tensor, threshold: float = 0.5) -> Tensor:
    """Measure how much of the outermost pixels masks cover.

    Args:
        masks: (..., h, w) soft masks in [0, 1].
        threshold: A pixel is covered strictly above it.

    Returns:
        (...) shares in [0, 1].
    """
    covered = masks > threshold
    on_border = torch.ones_like(covered)
    on_border[..., 1:-1, 1:-1] = False
    count = (covered & on_border).sum(dim=(-2, -1))
    return count / on_border.sum(dim=(-2, -1))


@POSTPROCESSORS.register_module()
class BorderShareForeground(Postprocessor):
    """Take the one group that covers the least of the border as foreground.

    All others together are the background. Between equal shares the group
    with the smaller mean area wins, then the first one. With two groups this
    is the rule of the release of Yang et al., "Self-supervised Video Object
    Segmentation by Motion Grouping", ICCV 2021, for MoCA: invert a mask that
    covers more than half of the border. The release applies it at the size
    of the annotation, here it is applied at that of the network.

    ``BorderForeground`` asks the opposite question, which single group is the
    background, and suits methods whose objects are split among groups.

    Args:
        vote: Whether the frames of a video decide together, by the mean of
            share and area; it needs groups that keep their order, like those
            of learned slots. Else each frame decides on its own.
        threshold: See :func:`border_share`.

    Raises:
        ValueError: If the threshold is not in (0, 1).
    """

    def __init__(self, vote: bool = False, threshold: float = 0.5) -> None:
        if not 0 < threshold < 1:
            raise ValueError(f'threshold must be in (0, 1), got {threshold}')
        self.vote = vote
        self.threshold = threshold

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Choose on one frame."""
        return _split(masks, _choose(self._measure(masks)))

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Choose once for the video if the frames vote."""
        if not self.vote:
            return super().process_video(masks, inputs, data_samples)
        measures = torch.stack([self._measure(frame) for frame in masks])
        chosen = _choose(measures.mean(dim=0))
        return [_split(frame, chosen) for frame in masks]

    def _measure(self, masks: Tensor) -> Tensor:
        """Share of the border and of the image, (2, K)."""
        share = border_share(masks, self.threshold)
        return torch.stack([share, masks.mean(dim=(-2, -1))])


def _choose(measures: Tensor) -> int:
    share, area = measures.tolist()
    return min(range(len(share)), key=lambda k: (share[k], area[k]))


def _split(masks: Tensor, chosen: int) -> Tensor:
    is_object = torch.zeros(len(masks), dtype=torch.bool, device=masks.device)
    is_object[chosen] = True
    return compose_foreground(masks, is_object)
