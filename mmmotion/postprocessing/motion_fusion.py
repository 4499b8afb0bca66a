"""Objects also lie where the flow departs from the background."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .moving import moving_ratio
from .postprocessor import Postprocessor

# The masks count as sure up to these odds, the flow up to that factor.
_MIN_MASK = 1e-4
_MAX_RATIO = 100.0


@POSTPROCESSORS.register_module()
class MotionFusion(Postprocessor):
    """Multiply the odds of the objects by how much their pixels move.

    A network that sees one frame knows what the object looks like, the flow
    of that frame knows what moves in it; both are taken for independent
    evidence. With length r of the flow freed of a robust background motion,
    and t Otsu's threshold on it in the frame, the odds of every object
    against the background are multiplied by ``(r / t) ** weight``.

    Follows a step that makes the first mask the background. The pipeline of
    the evaluation must load flow; no label is read.

    Args:
        weight: How much the flow counts; 0 leaves the masks as they are.
        degree: Degree of the background motion, see ``motion_saliency``.

    Raises:
        ValueError: If the weight is negative.
    """

    def __init__(self, weight: float = 1.0, degree: int = 2) -> None:
        if weight < 0:
            raise ValueError(f'weight must be 0 or more, got {weight}')
        self.weight = weight
        self.degree = degree

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Weigh the objects of one frame."""
        ratio = moving_ratio(
            inputs, data_sample, self.degree,
            type(self).__name__
        )
        ratio = F.interpolate(
            ratio[None, None].to(masks.dtype),
            size=masks.shape[-2:],
            mode='bilinear',
        )[0].clamp(1 / _MAX_RATIO, _MAX_RATIO)
        masks = masks.clamp(min=_MIN_MASK)
        masks = torch.cat([masks[:1], masks[1:] * ratio**self.weight])
        return masks / masks.sum(dim=0)
