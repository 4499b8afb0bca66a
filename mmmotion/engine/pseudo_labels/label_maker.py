"""From the soft mask of the object to a hard label."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mmmotion.models.segmentors import FramePrediction
from mmmotion.models.segmentors.frame_prediction import resize_masks
from mmmotion.postprocessing import pair
from mmmotion.registry import POSTPROCESSORS


class LabelMaker:
    """Refines the mask of the object and cuts off what is implausible.

    Two chains of post-processing start from the soft masks of background and
    object. What both of them take for object is the label.

    Args:
        refine: Configs of the steps of the first chain.
        constraint: Configs of the steps of the second chain; the first one
            alone decides if there are none.
        max_difference: Number of pixels in which the chains may differ;
            beyond it the first one alone decides. None has no limit.

    Raises:
        ValueError: If a step looks at whole videos, or the number is
            negative.
    """

    def __init__(
        self,
        refine: Sequence[dict],
        constraint: Sequence[dict] = (),
        max_difference: int | None = None,
    ) -> None:
        if max_difference is not None and max_difference < 0:
            raise ValueError(
                f'max_difference must not be negative, got {max_difference}'
            )
        self.refine = [POSTPROCESSORS.build(cfg) for cfg in refine]
        self.constraint = [POSTPROCESSORS.build(cfg) for cfg in constraint]
        self.max_difference = max_difference
        for step in (*self.refine, *self.constraint):
            if not step.sees_one_frame:
                raise ValueError(
                    'labels are made frame by frame, but '
                    f'{type(step).__name__} looks at whole videos'
                )

    @property
    def feature_indices(self) -> tuple[int, ...]:
        """The maps of the segmentor's encoder that the steps read."""
        steps = (*self.refine, *self.constraint)
        found = {step.feature_index for step in steps}
        return tuple(index for index in found if index is not None)

    def init_weights(self) -> None:
        """Load what the steps need."""
        for step in (*self.refine, *self.constraint):
            step.init_weights()

    def __call__(self, frame: FramePrediction, channel: int) -> np.ndarray:
        """Make the label of one frame.

        Args:
            frame: The frame with its soft regions.
            channel: The region that is the object.

        Returns:
            (H, W) uint8, 255 for the object, at the size that the first
            chain gives it.
        """
        masks = pair(frame.masks[channel])
        label = _apply(self.refine, masks, frame)
        if self.constraint:
            bound = _apply(self.constraint, masks, frame, tuple(label.shape))
            differ = int((bound != label).sum())
            if self.max_difference is None or differ <= self.max_difference:
                label &= bound
        return label.cpu().numpy().astype(np.uint8) * 255


def _apply(
    steps: Sequence,
    masks: Tensor,
    frame: FramePrediction,
    size: tuple[int, ...] | None = None,
) -> Tensor:
    """(H, W) bool, where the object is more likely than the background."""
    for step in steps:
        masks = step(masks, frame.inputs, frame.data_sample)
    if size is not None:
        masks = resize_masks(masks, (size[0], size[1]))
    return torch.gt(masks[1], masks[0])
