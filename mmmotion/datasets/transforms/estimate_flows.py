"""Optical flow that is estimated while samples are made."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.flow.estimators import FlowEstimator
from mmmotion.registry import FLOW_ESTIMATORS, TRANSFORMS

from ..errors import SampleError
from .missing import check_missing

_OUTDATED = ('flows', 'flow_gaps', 'flow_is_return', 'gt_visible')


@TRANSFORMS.register_module()
class EstimateFlows(BaseTransform):
    """Estimate the flow of a frame to its neighbours.

    For frames that are rendered, of which no flow lies on a disk, or instead
    of their exact flow, which is better than any that a real video has: so a
    network sees in training the errors that it will meet.

    Required Keys:
        frames: (T, H, W, 3) uint8, the frame itself first.
        frame_gaps: The signed gap of each, 0 first.

    Added or Changed Keys:
        flows: (N, H, W, 2) float32 in pixels, u first; absent if N is 0.
        flow_gaps: The signed gap of each; absent if N is 0.

    Removed Keys:
        gt_visible and flow_is_return, of the flows that were there before.

    Args:
        estimator: Config of the estimator.
        gaps: Signed gaps of the flows.
        missing: What to do if the neighbour of a gap was not loaded:
            ``'error'``; ``'opposite'`` takes the flow to the neighbour at -n
            with its sign changed; ``'drop'`` leaves the gap out.

    Raises:
        ValueError: If no gap is named or ``missing`` is unknown.
    """

    def __init__(
        self,
        estimator: dict,
        gaps: Sequence[int] = (1, -1),
        missing: str = 'error',
    ) -> None:
        if not gaps or 0 in gaps:
            raise ValueError(
                f'expected gaps other than 0, at least one, got {gaps}'
            )
        check_missing(missing)
        self.estimator_cfg = dict(estimator)
        self.estimator: FlowEstimator = FLOW_ESTIMATORS.build(estimator)
        self.gaps = tuple(gaps)
        self.missing = missing

    def __getstate__(self) -> dict[str, Any]:
        """Leave the estimator behind, which may hold what cannot be sent."""
        return {
            key: value
            for key, value in self.__dict__.items() if key != 'estimator'
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the estimator anew."""
        self.__dict__.update(state)
        self.estimator = FLOW_ESTIMATORS.build(self.estimator_cfg)

    def transform(self, results: dict) -> dict:
        """Estimate the flows.

        Raises:
            SampleError: If a neighbour is not there and ``missing`` is
                ``'error'``.
        """
        for key in _OUTDATED:
            results.pop(key, None)
        places = {gap: i for i, gap in enumerate(results['frame_gaps'])}
        flows: list[np.ndarray] = []
        flow_gaps: list[int] = []
        made: dict[int, np.ndarray] = {}
        for gap in self.gaps:
            found = gap
            if gap not in places and self.missing == 'opposite':
                found = -gap
            if found in places:
                if found not in made:
                    made[found] = self.estimator.estimate(
                        results['frames'][0], results['frames'][places[found]]
                    )
                flows.append(made[found] if found == gap else -made[found])
                flow_gaps.append(gap)
            elif self.missing != 'drop':
                raise SampleError(
                    f'no frame at gap {gap:+d} of '
                    f'{results.get("video_id")}/{results.get("frame_id")} to '
                    'estimate the flow to, only '
                    f'{results["frame_gaps"]}: name frame_gaps in the '
                    "transform that loads the frames, and missing='opposite'",
                    f'{results.get("video_id")}/{results.get("frame_id")}',
                )
        if flows:
            results['flows'] = np.stack(flows)
            results['flow_gaps'] = tuple(flow_gaps)
        return results
