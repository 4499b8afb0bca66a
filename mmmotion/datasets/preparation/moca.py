"""Preparation of MoCA."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from mmengine.logging import print_log

from mmmotion.flow.frames import (
    frame_size,
    list_folders,
    list_frames,
    read_frame,
)

from ..box_table import BoxEntry, BoxTable, read_box_table, write_box_table
from .moca_crops import MOCA_VIDEOS, RAW_NAMES, Window, crop_window
from .prepared_tree import (
    PlannedVideo,
    PreparationSummary,
    encode_image,
    find_named,
    write_videos,
)

_SIZE = (720, 1280)
_NUM_FRAMES = 300
_STEP = 3
_TABLES = ('Annotations/annotations.csv', 'annotations.csv')

_Item = TypeVar('_Item')


def prepare_moca(
    source: str | Path,
    root: str | Path,
    box_file: str | Path | None = None
) -> PreparationSummary:
    """Crop, resize and thin out the videos and fill the gaps between boxes.

    ::

        <source>/
            JPEGImages/<video>/00000.jpg
            Annotations/annotations.csv         nine lines of notes on top

    Of the first 300 frames up to the last annotated one every third is kept
    and numbered from 00000. Logos and borders are cut off and what remains is
    resized to 720 x 1280, bilinearly. Boxes, of which there is one in every
    fifth frame, are interpolated and follow the image. A frame of which the
    whole box is cut off keeps its image and has no box.

    The masks hold the box alone, 0 and 255. In the released preparation of
    Motion Grouping they are resized bilinearly, by mistake, and have soft
    edges; only the boxes are evaluated there.

    Args:
        source: Folder of the distributed data set.
        root: Folder to write ``JPEGImages``, ``Annotations`` and
            ``annotations.csv`` to.
        box_file: Table of the boxes, if it is not one of those two
            (``annotations.csv`` directly in the source is found as well).

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If a folder, the table or all videos are missing.
        ValueError: If the table is not as described, a box belongs to no
            image, or an image is damaged.
    """
    source, root = Path(source), Path(root)
    plans = _plan_videos(source, box_file)
    summary = write_videos(
        [plan.video for plan in plans.values()],
        source,
        root,
        lambda video, frame: draw_box(plans[video.name].boxes[frame]),
        lambda video, frame:
        encode_image(plans[video.name].crop(video.images[frame])),
    )
    boxes: BoxTable = {name: plan.boxes for name, plan in plans.items()}
    _write_table(root / 'annotations.csv', boxes, summary)
    return summary


@dataclass(frozen=True)
class MoCAPlan:
    """What becomes of one video.

    Attributes:
        video: Sources of its images.
        boxes: Box in the prepared image by name of the frame, of those that
            have one.
        size: (H, W) of the source images.
        window: Part of them that is kept.
    """

    video: PlannedVideo
    boxes: dict[str, BoxEntry]
    size: tuple[int, int]
    window: Window

    def crop(self, path: str) -> np.ndarray:
        """Read one image and bring it to the common size.

        Args:
            path: The image.

        Returns:
            (720, 1280, 3) uint8 RGB.

        Raises:
            ValueError: If it has another size than the first of its video.
        """
        img = read_frame(path)
        if img.shape[:2] != self.size:
            raise ValueError(
                f'expected images of one size, (H, W) = {self.size}, got '
                f'{img.shape[:2]}: {path}'
            )
        left, top, right, bottom = self.window
        return cv2.resize(img[top:bottom, left:right], _SIZE[::-1])


def _plan_videos(source: Path,
                 box_file: str | Path | None) -> dict[str, MoCAPlan]:
    """Plan the videos that are evaluated, whichever name they have there."""
    table = read_box_table(_find_table(source, box_file))
    folders = list_folders(source / 'JPEGImages')
    _use_common_names(folders)
    _use_common_names(table)
    return {
        name: plan_video(name, list_frames(folder), table.get(name, {}))
        for name, folder in find_named(folders, MOCA_VIDEOS, source).items()
    }


def _use_common_names(named: dict[str, _Item]) -> None:
    for name, other in RAW_NAMES.items():
        if name not in named and other in named:
            named[name] = named.pop(other)


def plan_video(
    name: str, images: Sequence[str], boxes: Mapping[str, BoxEntry]
) -> MoCAPlan:
    """Choose the frames of one video and find their boxes.

    Args:
        name: Name of the video.
        images: Its image files in temporal order.
        boxes: Annotated boxes by name of the frame.

    Raises:
        ValueError: If there are no boxes or images, or a box belongs to no
            image.
    """
    if not images or not boxes:
        raise ValueError(
            f'expected images and boxes of video {name}, got {len(images)} '
            f'and {len(boxes)}'
        )
    positions = {Path(path).stem: i for i, path in enumerate(images)}
    for frame in boxes:
        if frame not in positions:
            raise ValueError(
                f'expected an image for each box, got none of frame {frame} '
                f'in {Path(images[0]).parent.absolute()}'
            )
    size = frame_size(images[0])
    window = crop_window(name, size)
    annotated = {positions[frame]: boxes[frame] for frame in boxes}
    kept = range(0, min(max(annotated) + 1, _NUM_FRAMES), _STEP)
    prepared, lost = {}, []
    for i, entry in enumerate(interpolate_boxes(annotated, kept)):
        box = fit_box(entry.corners, window)
        if box is None:
            lost.append(Path(images[kept[i]]).stem)
        else:
            prepared[f'{i:05d}'] = BoxEntry(box, entry.motion)
    if lost:
        print_log(
            f'{name}: {len(lost)} of {len(kept)} boxes lie in what is cut off '
            f'({window} is kept), these frames have none: {", ".join(lost)}',
            logger='current',
            level=logging.WARNING,
        )
    video = PlannedVideo(
        name,
        images={
            f'{i:05d}': images[t]
            for i, t in enumerate(kept)
        },
        masks={frame: ()
               for frame in prepared},
    )
    return MoCAPlan(video, prepared, size, window)


def interpolate_boxes(
    annotated: Mapping[int, BoxEntry], wanted: Sequence[int]
) -> list[BoxEntry]:
    """Fill the frames between annotated ones.

    Args:
        annotated: Box by position of the frame.
        wanted: Positions of which boxes are wanted.

    Returns:
        One entry per wanted position: x, y, w and h interpolated linearly,
        each on its own, and the motion label of the last annotated frame
        (before the first one, its values).
    """
    known = sorted(annotated)
    values = np.array([annotated[t].box for t in known])
    columns = [np.interp(wanted, known, column) for column in values.T]
    last = np.searchsorted(known, wanted, side='right') - 1
    return [
        BoxEntry((x, y, w, h), annotated[known[max(i, 0)]].motion)
        for x, y, w, h, i in zip(*map(np.ndarray.tolist, columns), last)
    ]


def fit_box(corners: tuple[float, float, float, float],
            window: Window) -> tuple[int, int, int, int] | None:
    """Move a box from the source image into the prepared one.

    Args:
        corners: (left, top, right, bottom) in the source image; fractions are
            cut off.
        window: Part of it that is kept.

    Returns:
        (x, y, w, h) in whole pixels, inside the prepared image; None if
        nothing of the box is there.
    """
    sides = []
    for axis, length in enumerate(_SIZE[::-1]):
        low, high = window[axis], window[axis + 2]
        ends = [
            round((min(max(int(corner), low), high) - low) * length /
                  (high - low)) for corner in corners[axis::2]
        ]
        sides.append(ends)
    (left, right), (top, bottom) = sides
    if left >= right or top >= bottom:
        return None
    return left, top, right - left, bottom - top


def draw_box(entry: BoxEntry) -> np.ndarray:
    """Draw a box as a mask.

    Args:
        entry: Box in the prepared image.

    Returns:
        (720, 1280) bool mask.
    """
    mask = np.zeros(_SIZE, dtype=bool)
    left, top, right, bottom = map(int, entry.corners)
    mask[top:bottom, left:right] = True
    return mask


def _find_table(source: Path, box_file: str | Path | None) -> Path:
    if box_file is not None:
        return Path(box_file)
    for name in _TABLES:
        if (source / name).is_file():
            return source / name
    raise FileNotFoundError(
        f'expected {" or ".join(_TABLES)} in {source.absolute()}'
    )


def _write_table(
    path: Path, boxes: BoxTable, summary: PreparationSummary
) -> None:
    """Write the table unless there is one, such as the published one."""
    if not path.exists():
        write_box_table(path, boxes)
        summary.num_written += 1
        return
    summary.num_existing += 1
    if read_box_table(path) != boxes:
        print_log(
            f'{path} holds other boxes than those computed and is kept; '
            'remove it to have it written anew',
            logger='current',
            level=logging.WARNING,
        )
