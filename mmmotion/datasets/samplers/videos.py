"""The table of videos that the samplers read from a data set."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from mmengine.dataset import BaseDataset, ConcatDataset


class FrameEntry(NamedTuple):
    """What a sampler knows about one frame.

    Attributes:
        position: Index in the data set.
        gaps: Signed gaps for which the frame has flow.
    """

    position: int
    gaps: tuple[int, ...]


class VideoSpan(NamedTuple):
    """Where the frames of one video are.

    Attributes:
        first: Index in the data set of its first listed frame.
        frame_indices: Index in the video of each frame that is listed.
        num_frames: Length of the video.
    """

    first: int
    frame_indices: np.ndarray
    num_frames: int


def group_by_video(
    dataset: BaseDataset,
    gaps: Sequence[int] | None = None
) -> list[list[FrameEntry]]:
    """Group the frames of a data set by video.

    A new video begins where ``video_id`` changes or ``frame_index`` does not
    grow, so that equal names in the parts of a concatenated data set stay
    apart.

    Args:
        dataset: Any data set that has ``get_data_info``.
        gaps: Gaps to keep, in their order; None keeps all.

    Returns:
        The frames of each video, in the order of the data set.
    """
    videos: list[list[FrameEntry]] = []
    last_id, last_frame = None, -1
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        if info['video_id'] != last_id or info['frame_index'] <= last_frame:
            videos.append([])
        last_id, last_frame = info['video_id'], info['frame_index']
        offered = tuple(info.get('available_gaps', ()))
        if gaps is not None:
            offered = tuple(gap for gap in gaps if gap in offered)
        videos[-1].append(FrameEntry(index, offered))
    return videos


def list_spans(dataset: BaseDataset | ConcatDataset) -> list[VideoSpan]:
    """Find the videos of a data set.

    A data set with very many frames may list them in an object that has a
    method ``list_spans`` itself, which is faster than a look at every entry.

    Args:
        dataset: Any data set whose entries have ``video_id``,
            ``frame_index`` and ``num_frames``, or a ``ConcatDataset``.
    """
    if isinstance(dataset, ConcatDataset):
        spans: list[VideoSpan] = []
        offset = 0
        for part in dataset.datasets:
            spans.extend(
                span._replace(first=span.first + offset)
                for span in list_spans(part)
            )
            offset += len(part)
        return spans
    if len(dataset) and hasattr(dataset.data_list, 'list_spans'):
        return list(dataset.data_list.list_spans())
    spans = []
    for video in group_by_video(dataset):
        infos = [dataset.get_data_info(frame.position) for frame in video]
        indices = np.array([info['frame_index'] for info in infos])
        spans.append(
            VideoSpan(video[0].position, indices, infos[0]['num_frames'])
        )
    return spans
