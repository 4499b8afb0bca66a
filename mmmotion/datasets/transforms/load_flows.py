"""Reading of optical flow."""

import logging
from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.logging import print_log

from mmmotion.flow.io import check_flow, read_flow
from mmmotion.flow.padding import round_up
from mmmotion.registry import TRANSFORMS

from ..errors import BrokenFiles, MissingFileError, SampleError
from .missing import check_missing, get_chosen_gaps

# Sizes are rounded when frames or flows are resized: 1080p flows of frames
# that are 854 x 480 have an aspect ratio that differs by 0.1 %.
_TOLERANCE = 0.01
# RAFT needs multiples of it; MG and OCLR wrote the padded flow as it was.
_PADDING = 8

_MISSING = ('error', 'opposite', 'nearest', 'drop')


def check_aspect(
    flow_size: tuple[int, int], frame_size: tuple[int, int], path: str
) -> None:
    """Refuse a flow that cannot belong to its frame.

    Args:
        flow_size: (h, w) of the flow.
        frame_size: (H, W) of the frame; the flow may be smaller or larger
            but must have the same aspect ratio, or else sides that are the
            next multiples of 8, as released flows of MG and OCLR have.
        path: The flow file.

    Raises:
        ValueError: If the aspect ratio is another.
    """
    height, width = flow_size
    padded = tuple(round_up(side, _PADDING) for side in frame_size)
    if (height, width) == padded:
        return
    ratio = frame_size[1] / frame_size[0]
    if abs(width - ratio * height) > max(_TOLERANCE * width, 1 + ratio):
        raise ValueError(
            f'flow file {path} has the wrong size: expected the aspect ratio '
            f'of its frame, (H, W) = {tuple(frame_size)}, found '
            f'{(height, width)}'
        )


@TRANSFORMS.register_module()
class LoadFlows(BaseTransform):
    """Read the flows from the frame to some of its neighbours.

    Required Keys:
        flow_paths; ``gaps`` if no gaps are given here; ``flow_size``, the
        (h, w) to which all frames were resized before the estimation, if so;
        return_flow_paths with ``both_ways``.

    Added Keys:
        flows: (N, h, w, 2) float32 in pixels of the file, u first.
        flow_gaps: The signed gap of each.
        flow_is_return: Whether each leads from a neighbour back to the
            frame; only with ``both_ways``.

    Args:
        gaps: Signed gaps. None takes those that the sampler chose.
        missing: What to do if a frame has no flow of a gap, as the last
            frames of a video: ``'error'``; ``'opposite'`` takes the flow of
            the gap -n; ``'nearest'`` takes that too, or else the gap of the
            closest length, those of the same sign first, so that every frame
            that has any flow gets all gaps (a video of 3 frames has neither
            +2 nor -2 in the middle; logged once for each video and gap);
            ``'drop'`` leaves it out, and ``flows`` too if none remains.
        both_ways: Whether each flow is followed by the one back, from the
            neighbour to the frame, for which the data set has to offer both
            gaps.
        negate_opposite: Whether a flow taken from a gap of the other sign
            changes its sign, so that it points the way that was asked for
            (OCLR). Motion Grouping takes it as it is.
        size: (h, w) that every file must have; None expects ``flow_size`` or,
            without it, any size with the aspect ratio of the frame, if the
            frame was loaded before.
        max_val: For quantised ``.jpg`` files, see
            :func:`mmmotion.flow.io.read_flow`.
        concat_axis: For quantised ``.jpg`` files, see there.
        allow_unknown: Whether flows may have unknown pixels, as sparse true
            flow has; they are NaN. ``FlowMetric`` leaves them out, losses and
            networks cannot.

    Raises:
        ValueError: If ``missing`` is unknown, or takes other gaps with
            ``both_ways``.
    """

    def __init__(
        self,
        gaps: Sequence[int] | None = None,
        missing: str = 'error',
        both_ways: bool = False,
        negate_opposite: bool = True,
        size: tuple[int, int] | None = None,
        max_val: float | None = None,
        concat_axis: int = 0,
        allow_unknown: bool = False,
    ) -> None:
        check_missing(missing, _MISSING, both_ways)
        self.gaps = None if gaps is None else tuple(gaps)
        self.missing = missing
        self.both_ways = both_ways
        self.negate_opposite = negate_opposite
        self.size = size
        self.max_val = max_val
        self.concat_axis = concat_axis
        self.allow_unknown = allow_unknown
        self._told = BrokenFiles() if missing == 'nearest' else None

    def transform(self, results: dict) -> dict:
        """Read the files.

        Raises:
            SampleError: If a file is missing or broken, or has a size or
                values that cannot be right.
        """
        flows: list[np.ndarray] = []
        flow_gaps: list[int] = []
        paths: list[str] = []
        for gap in self._wanted(results):
            found = self._find(results, gap)
            if found is None:
                continue
            paths.append(str(results['flow_paths'][found]))
            flow = self._read(results, paths[-1])
            if found * gap < 0 and self.negate_opposite:
                flow, found = -flow, -found
            flows.append(flow)
            flow_gaps.append(found)
            if self.both_ways:
                paths.append(self._find_return(results, gap))
                flows.append(self._read(results, paths[-1]))
                flow_gaps.append(-gap)
        if len({flow.shape for flow in flows}) > 1:
            raise SampleError(
                f'expected flows of one size, got '
                f'{[flow.shape[:2] for flow in flows]} for the gaps '
                f'{flow_gaps}: {paths[0]}',
                paths[0],
            )
        if flows:
            results['flows'] = np.stack(flows)
            results['flow_gaps'] = tuple(flow_gaps)
            if self.both_ways:
                results['flow_is_return'] = (False, True) * (len(flows) // 2)
        return results

    def _wanted(self, results: dict) -> tuple[int, ...]:
        if self.gaps is not None:
            return self.gaps
        return get_chosen_gaps(results, 'LoadFlows')

    def _find(self, results: dict, gap: int) -> int | None:
        paths = results['flow_paths']
        if gap in paths:
            return gap
        if self.missing in ('opposite', 'nearest') and -gap in paths:
            return -gap
        if self.missing == 'nearest' and paths:
            return self._find_nearest(results, gap)
        if self.missing == 'drop':
            return None
        name = f'{results["video_id"]}/{results["frame_id"]}'
        if not paths:
            raise SampleError(
                f'no flow at all for frame {name}: flow_estimator (or '
                'flow_layout) of the data set says where it is, and '
                'require_flow=True leaves frames without it out',
                f'{name} gap {gap:+d}',
            )
        raise SampleError(
            f'no flow of gap {gap:+d} for frame {name}, which has '
            f'{sorted(paths)}; the last frames of a video have none with '
            "positive gaps (LoadFlows(missing='opposite') takes the other "
            "direction, 'nearest' any gap that there is)",
            f'{name} gap {gap:+d}',
        )

    def _find_return(self, results: dict, gap: int) -> str:
        paths = results.get('return_flow_paths', {})
        if gap in paths:
            return str(paths[gap])
        name = f'{results["video_id"]}/{results["frame_id"]}'
        raise SampleError(
            f'no flow of gap {-gap:+d} back to frame {name} from its '
            f'neighbour at {gap:+d}: LoadFlows(both_ways=True) needs a data '
            'set whose gaps have both signs, and flow for both',
            f'{name} gap {gap:+d}',
        )

    def _find_nearest(self, results: dict, gap: int) -> int:
        paths = results['flow_paths']
        found = min(paths, key=lambda g: (abs(abs(g) - abs(gap)), g * gap < 0))
        video_id = results['video_id']
        assert self._told is not None
        if self._told.add(f'{video_id} {abs(gap)}'):
            print_log(
                f'video {video_id} has frames without flow of gap '
                f'{abs(gap):+d} and {-abs(gap):+d}; the nearest gap stands '
                f'in, first {found:+d} at frame {results["frame_id"]}',
                logger='current',
                level=logging.WARNING,
            )
        return found

    def _read(self, results: dict, path: str) -> np.ndarray:
        size = self.size or results.get('flow_size')
        try:
            flow = read_flow(path, self.max_val, self.concat_axis)
            check_flow(flow, path, size, self.allow_unknown)
            if size is None and 'ori_shape' in results:
                check_aspect(flow.shape[:2], results['ori_shape'], path)
        except FileNotFoundError as error:
            raise MissingFileError(f'flow not found: {path}', path) from error
        except ValueError as error:
            raise SampleError(str(error), path) from error
        return flow
