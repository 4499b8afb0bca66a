"""Several objects to one foreground."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .foreground import compose_foreground
from .postprocessor import Postprocessor

_KEEPS = ('union', 'largest')


@POSTPROCESSORS.register_module()
class ForegroundObjects(Postprocessor):
    """Take all objects, or one, for the foreground.

    For models whose first region is the background and whose other regions
    are objects with one identity in the whole video, where only one object is
    asked for.

    Args:
        keep: ``'union'`` takes all objects together, ``'largest'`` the one
            that covers most pixels of the video; the others become
            background.

    Raises:
        ValueError: If ``keep`` is another word.
    """

    def __init__(self, keep: str = 'union') -> None:
        if keep not in _KEEPS:
            raise ValueError(
                f"keep must be 'union' or 'largest', got {keep!r}"
            )
        self.keep = keep

    @property
    def sees_one_frame(self) -> bool:
        """Whether the other frames of a video make no difference."""
        return self.keep == 'union'

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Process one frame as a video of its own.

        Args:
            masks: (1 + O, h, w) soft masks, background first.
            inputs: Not read.
            data_sample: Not read.

        Returns:
            (2, h, w) background and foreground.
        """
        return compose_foreground(masks, self._choose([masks]))

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Process all frames of a video with one choice."""
        chosen = self._choose(masks)
        return [compose_foreground(mask, chosen) for mask in masks]

    def _choose(self, masks: Sequence[Tensor]) -> Tensor:
        """Regions (1 + O,) that are foreground."""
        areas = torch.stack([mask.sum(dim=(-2, -1)) for mask in masks])
        total = areas.sum(dim=0)
        chosen = torch.ones_like(total, dtype=torch.bool)
        chosen[0] = False
        if self.keep == 'largest' and len(chosen) > 1:
            largest = 1 + total[1:].argmax()
            chosen = torch.arange(len(total), device=total.device) == largest
        return chosen
