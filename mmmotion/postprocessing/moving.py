"""How the steps that ask for flow read it."""

from torch import Tensor

from mmmotion.flow import motion_saliency
from mmmotion.structures import MotionDataSample


def moving_ratio(
    inputs: dict[str, Tensor],
    data_sample: MotionDataSample,
    degree: int,
    who: str,
) -> Tensor:
    """Measure how far the pixels of one frame depart from the background.

    Args:
        inputs: ``flows`` (N, 2, h, w) in pixels of that size. The result is
            left beside them, for the next step of a chain that asks.
        data_sample: Metadata of the frame.
        degree: Degree of the background motion.
        who: Name of the step that asks.

    Returns:
        (h, w) length of the flow without that of the background, over the
        threshold of the frame; above 1 a pixel moves by itself.

    Source: :func:`~mmmotion.flow.motion_saliency`.

    Raises:
        ValueError: If the pipeline loads no flow.
    """
    if 'flows' not in inputs:
        raise ValueError(
            f'{who} asks the flow, but the pipeline loads none for '
            f'{data_sample.get("video_id", "the frame")}: add LoadFlows (or '
            'RenderScene with gaps) to the test pipeline'
        )
    key = f'moving_ratio_{degree}'
    if key not in inputs:
        length, threshold = motion_saliency(inputs['flows'], degree)
        inputs[key] = length / threshold
    return inputs[key]
