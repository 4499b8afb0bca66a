"""Stage 6: a foreground of the flow alone, where the method's stands still."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow import resize_flow_tensor
from mmmotion.models.segmentors import RobustBackground

from ..work_folder import WorkFolder
from .decode import Frames
from .frame_arrays import FrameArrays
from .progress import StageProgress
from .track import read_gap_flow

STAGE = 'flow-masks'
_GAPS = (1, -1)
# Residuals are judged on half of the working size, as by the baseline.
_SHRINK = 2


def segment_flow(
    frames: Frames, window: int, work: WorkFolder, progress: StageProgress
) -> FrameArrays:
    """Find what departs from the motion of the background.

    Args:
        frames: The frames.
        window: Number of frames in a file.
        work: Folder of the run.
        progress: Told about every frame.

    Returns:
        (1, h, w) float16 masks in [0, 1] of each frame at working size; by
        the flow of the frame before where a frame has none, and zeros where
        that has none either.
    """
    masks = FrameArrays(work.folder(STAGE), len(frames), window)
    if work.facts(STAGE) is not None:
        return masks
    model = RobustBackground()
    with progress.stage(STAGE, len(frames)) as advance:
        for positions in masks.windows():
            if masks.has(positions):  # an earlier run was interrupted
                advance(len(positions))
                continue
            found = []
            for index in positions:
                # The last frame may have none of its own.
                flows = _read(work, index) or _read(work, index - 1)
                found.append(_segment(model, flows, frames.work_size))
                advance()
            masks.write(positions, found)
    work.finish(STAGE, {})
    return masks


def _read(work: WorkFolder, index: int) -> list[np.ndarray]:
    flows = [read_gap_flow(work, index, gap) for gap in _GAPS]
    return [flow for flow in flows if flow is not None]


@torch.no_grad()
def _segment(
    model: RobustBackground, flows: Sequence[np.ndarray], size: tuple[int, int]
) -> np.ndarray:
    """(1, h, w) float16 mask of a frame with flows (2, h, w)."""
    if not flows:
        return np.zeros((1, *size), np.float16)
    small = (max(1, size[0] // _SHRINK), max(1, size[1] // _SHRINK))
    stacked = resize_flow_tensor(torch.from_numpy(np.stack(flows)), small)
    logits: Tensor = model.segment(dict(flows=stacked[None]))
    large = F.interpolate(logits, size, mode='bilinear', align_corners=False)
    return large.softmax(dim=1)[0, 1:].to(torch.float16).numpy()
