"""The table of videos that the samplers read from a data set."""

from collections.abc import Sequence
from typing import NamedTuple

from mmengine.dataset import BaseDataset


class FrameEntry(NamedTuple):
    """What a sampler knows about one frame.

    Attributes:
        position: Index in the data set.
        gaps: Signed gaps for which the frame has flow.
    """

    position: int
    gaps: tuple[int, ...]


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
