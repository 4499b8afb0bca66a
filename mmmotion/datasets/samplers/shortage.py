"""What a sampler says about videos that lack some of the flows."""

import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from .videos import FrameEntry

_MAX_NAMED = 10


def describe_folder(dataset: BaseDataset) -> str:
    """Name the folder of the videos, or the data set if it has no files.

    Args:
        dataset: Any data set that has ``get_data_info``.
    """
    path = dataset.get_data_info(0).get('img_path') if len(dataset) else None
    if path is None:
        return type(dataset).__name__
    return str(Path(path).parent.parent.absolute())


def describe_gaps(
    dataset: BaseDataset,
    chosen: Sequence[int] | None,
    found: Iterable[tuple[int, ...]],
) -> tuple[int, ...]:
    """List the gaps that were asked for.

    Args:
        dataset: Data set, which may have ``gaps``.
        chosen: Gaps that the sampler was restricted to, if any.
        found: Gaps that each frame has.
    """
    if chosen is not None:
        return tuple(chosen)
    known = dict.fromkeys(gap for gaps in found for gap in gaps)
    return tuple(getattr(dataset, 'gaps', None) or known)


def warn_of_unused_gaps(
    dataset: BaseDataset,
    asked: Sequence[int],
    found: Iterable[tuple[int, ...]],
) -> None:
    """Say once which gaps no video has.

    Args:
        dataset: Data set of the videos.
        asked: Gaps that were asked for.
        found: Gaps that each frame has.
    """
    known = {gap for gaps in found for gap in gaps}
    unused = tuple(gap for gap in asked if gap not in known)
    if unused and known:
        print_log(
            f'no video in {describe_folder(dataset)} has flow of the gaps '
            f'{unused}; they are never drawn',
            logger='current',
            level=logging.WARNING,
        )


def warn_of_shortage(
    dataset: BaseDataset,
    videos: Sequence[Sequence[FrameEntry]],
    usable: Sequence[Collection[tuple[int, ...]]],
    wanted: Sequence[tuple[int, ...]],
) -> None:
    """Say once which videos are drawn less than the others, or never.

    Args:
        dataset: Data set of the videos.
        videos: Frames of each video.
        usable: For each video those of the wanted choices that it has.
        wanted: Choices of gaps that are drawn. The empty one stands for any
            gaps, if there are enough of them.
    """
    reduced, left_out = [], []
    for video, choices in zip(videos, usable, strict=True):
        missing = [choice for choice in wanted if choice not in choices]
        name = dataset.get_data_info(video[0].position)['video_id']
        if len(missing) == len(wanted):
            left_out.append(f'{name} ({len(video)} frames)')
        elif missing:
            listed = ', '.join(map(str, missing))
            reduced.append(f'{name} ({len(video)} frames; not {listed})')
    for names, fate in (
        (reduced, 'lack flow for some of the pairs of gaps and are drawn '
         'with the others'),
        (left_out, 'have no frame with enough gaps and are never drawn'),
    ):
        if names:
            more = ', ...' if len(names) > _MAX_NAMED else ''
            print_log(
                f'{len(names)} of {len(videos)} videos in '
                f'{describe_folder(dataset)} {fate}: '
                f'{", ".join(names[:_MAX_NAMED])}{more}',
                logger='current',
                level=logging.WARNING,
            )
