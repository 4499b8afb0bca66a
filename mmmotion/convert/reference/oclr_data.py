"""OCLR: sizes of flows and clips of videos (``oclr_data.npz``)."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
from torch import Tensor

from mmmotion.flow.resize import resize_flow
from mmmotion.structures import split_into_clips

from .comparison import Comparison

# A framework's half-pixel bilinear differs from OpenCV's by less.
_FLOW_ATOL = 2e-4


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Resize flows and cut videos into clips.

    Args:
        state: Not used, there are no weights.
        arrays: ``down_raw`` and ``up_raw`` (H, W, 2) with ``down_resized``
            and ``up_resized`` (2, h, w), and ``windows`` (JSON), positions of
            the frames of the clips by "frames,length", each if present.

    Yields:
        One comparison per flow and per video.
    """
    del state
    for way in ('down', 'up'):
        if f'{way}_raw' in arrays:
            expected = arrays[f'{way}_resized']
            flow = resize_flow(arrays[f'{way}_raw'], expected.shape[1:])
            yield Comparison(
                f'{way}_resized',
                flow.transpose(2, 0, 1),
                expected,
                _FLOW_ATOL,
            )
    if 'windows' in arrays:
        for key, frames in json.loads(str(arrays['windows'])).items():
            num_frames, length = map(int, key.split(','))
            clips = split_into_clips(num_frames, length)
            yield Comparison(f'windows[{key}]', clips, frames, 0)
