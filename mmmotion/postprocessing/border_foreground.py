"""The group that touches the image border least is the foreground."""

import torch
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .foreground import compose_foreground
from .postprocessor import Postprocessor


def border_score(
    masks: Tensor, width: int = 2, saturation: float = 0.3
) -> Tensor:
    """Measure how much groups lie on the image border.

    Per side, the mean of the mask over the outermost rows or columns, counted
    as 1 above ``saturation``; the score is the sum over the four sides.

    Source: the label-free choice of the released GWM code (Choudhury et al.,
    "Guess What Moves", BMVC 2022) for still images.

    Args:
        masks: (..., h, w) soft masks in [0, 1].
        width: Number of rows and columns that count as border.
        saturation: Mean above which a side counts in full.

    Returns:
        (...) scores in [0, 4].
    """
    sides = torch.stack([
        masks[..., :width].mean(dim=(-2, -1)),
        masks[..., -width:].mean(dim=(-2, -1)),
        masks[..., :width, :].mean(dim=(-2, -1)),
        masks[..., -width:, :].mean(dim=(-2, -1)),
    ])
    return torch.where(sides > saturation, 1.0, sides).sum(dim=0)


def border_mean(masks: Tensor, width: int = 2) -> Tensor:
    """Average masks over the outermost rows and columns.

    Args:
        masks: (..., h, w) soft masks in [0, 1].
        width: Number of rows and columns that count as border.

    Returns:
        (...) means in [0, 1].
    """
    on_border = torch.ones_like(masks)
    on_border[..., width:-width, width:-width] = 0
    total = (masks * on_border).sum(dim=(-2, -1))
    return total / on_border.sum(dim=(-2, -1))


@POSTPROCESSORS.register_module()
class BorderForeground(Postprocessor):
    """Take the group with the largest border score for the background.

    All other groups together are the foreground; the first group is the
    background if scores are equal.

    Args:
        vote: Whether the frames of a video decide together, by their mean
            score; else each frame decides on its own.
        width: See :func:`border_score`.
        saturation: See :func:`border_score`.

    Raises:
        ValueError: If the width is below 1 or the saturation is not in
            (0, 1].
    """

    def __init__(
        self,
        vote: bool = True,
        width: int = 2,
        saturation: float = 0.3
    ) -> None:
        if width < 1 or not 0 < saturation <= 1:
            raise ValueError(
                'expected width >= 1 and saturation in (0, 1], got '
                f'width={width} and saturation={saturation}'
            )
        self.vote = vote
        self.width = width
        self.saturation = saturation

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Choose on one frame."""
        return _split(masks, self._score(masks))

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Choose once for the video if the frames vote."""
        if not self.vote:
            return super().process_video(masks, inputs, data_samples)
        scores = torch.stack([self._score(mask) for mask in masks])
        return [_split(mask, scores.mean(dim=0)) for mask in masks]

    def _score(self, masks: Tensor) -> Tensor:
        return border_score(masks, self.width, self.saturation)


def _split(masks: Tensor, scores: Tensor) -> Tensor:
    is_object = torch.ones_like(scores, dtype=torch.bool)
    is_object[scores.argmax()] = False
    return compose_foreground(masks, is_object)
