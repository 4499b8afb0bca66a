"""One frame on its way from soft regions to final masks."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from mmmotion.structures import MotionDataSample


@dataclass
class FramePrediction:
    """One frame on its way to final masks.

    Attributes:
        masks: (K, h, w) soft masks in [0, 1].
        inputs: ``frames`` (T, 3, H, W) RGB in 0..255 and ``flows``
            (N, 2, h', w') in pixels, whichever the model was given, and the
            maps of the encoder that post-processing asks for.
        data_sample: Receives the result.
        num_steps: How many steps of post-processing the masks have passed.
    """

    masks: Tensor
    inputs: dict[str, Tensor]
    data_sample: MotionDataSample
    num_steps: int = 0


def resize_masks(
    masks: Tensor,
    size: tuple[int, int],
    align_corners: bool = False
) -> Tensor:
    """Resize soft masks (K, h, w) to ``(K, *size)``, bilinear.

    Args:
        masks: (K, h, w) soft masks.
        size: The new size.
        align_corners: Whether the centres of the corner pixels stay where
            they are, and not the corners of the image.
    """
    if tuple(masks.shape[-2:]) == tuple(size):
        return masks
    return F.interpolate(
        masks[None],
        size=tuple(size),
        mode='bilinear',
        align_corners=align_corners,
    )[0]
