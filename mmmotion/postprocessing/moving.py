"""How the steps that ask for flow read it."""

from torch import Tensor

from mmmotion.flow import motion_saliency
from mmmotion.structures import MotionDataSample


def read_saliency(
    inputs: dict[str, Tensor],
    data_sample: MotionDataSample,
    degree: int,
    who: str,
) -> tuple[Tensor, Tensor]:
    """Measure how far the pixels of one frame depart from the background.

    Args:
        inputs: ``flows`` (N, 2, h, w) in pixels of that size.
        data_sample: Metadata of the frame.
        degree: Degree of the background motion.
        who: Name of the step that asks.

    Returns:
        What :func:`~mmmotion.flow.motion_saliency` returns.

    Raises:
        ValueError: If the pipeline loads no flow.
    """
    if 'flows' not in inputs:
        raise ValueError(
            f'{who} asks the flow, but the pipeline loads none for '
            f'{data_sample.get("video_id", "the frame")}: add LoadFlows (or '
            'RenderScene with gaps) to the test pipeline'
        )
    return motion_saliency(inputs['flows'], degree)
